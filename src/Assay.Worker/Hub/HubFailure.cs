namespace Assay.Worker.Hub;

/// <summary>Why a pull ended without a model.</summary>
internal enum HubFailure
{
    /// <summary>No such model, revision or file, or a private model without the right token.</summary>
    NotFound,

    /// <summary>The model exists, but its owner gives it only to accounts that accepted its terms.</summary>
    Gated,

    /// <summary>The model has no safetensors weights.</summary>
    NoSafetensors,

    /// <summary>The bytes that arrived are not the listed ones.</summary>
    ChecksumDiffers,

    /// <summary>The files do not fit on the disk.</summary>
    DiskFull,

    /// <summary>A file, an answer or the whole model is larger than allowed.</summary>
    TooLarge,

    /// <summary>A host, address, scheme or redirect that is never contacted.</summary>
    AddressRefused,

    /// <summary>The answer is not what the hub's interface prescribes, or names a file that would leave the folder.</summary>
    BadAnswer,

    /// <summary>The connection failed, stalled or was cut, and trying again did not help.</summary>
    Unreachable,

    /// <summary>The folder holds something else, or another pull works in it.</summary>
    FolderInUse,
}
