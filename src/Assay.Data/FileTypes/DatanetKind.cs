namespace Assay.Data.FileTypes;

/// <summary>What a datanet holds; fixed when it is created.</summary>
public enum DatanetKind
{
    /// <summary>Documents that become text records.</summary>
    Text,

    /// <summary>Pictures.</summary>
    Image,

    /// <summary>Sound clips.</summary>
    Audio,
}
