using Assay.Data.Duplicates;

namespace Assay.Data.Validation;

/// <summary>What the server keeps of a picture that was read elsewhere.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Hash">What near duplicates are found by; null for a picture too even to be compared.</param>
/// <param name="Preview">A WebP of at most 512 pixels a side, without the file's metadata.</param>
public sealed record InspectedPicture(int Width, int Height, ImageHash? Hash, byte[] Preview);
