namespace Assay.Data.FileTypes.Pictures;

/// <summary>The few metadata of a picture that matter here.</summary>
/// <param name="Orientation">How the stored picture is turned, 1 to 8 as in EXIF; 1 is upright.</param>
/// <param name="HasLocation">Whether a GPS position is stored.</param>
/// <param name="Words">Titles and descriptions, a line each; empty when there are none.</param>
internal sealed record PictureTags(int Orientation, bool HasLocation, string Words)
{
    /// <summary>No metadata.</summary>
    public static PictureTags None { get; } = new(1, false, "");

    /// <summary>Both, where one file has several blocks of metadata.</summary>
    public PictureTags With(PictureTags other) => new(
        Orientation != 1 ? Orientation : other.Orientation, HasLocation || other.HasLocation, AddWords(other.Words).Words);

    /// <summary>These and a line of words.</summary>
    public PictureTags AddWords(string line) => string.IsNullOrWhiteSpace(line) ? this : this with { Words = Words.Length == 0 ? line.Trim() : $"{Words}\n{line.Trim()}" };
}
