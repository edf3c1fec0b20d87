namespace Assay.Data.Validation;

/// <summary>Why the gate did not take a file.</summary>
public enum GateReason
{
    /// <summary>It has no bytes.</summary>
    Empty,

    /// <summary>It is larger than a file may be.</summary>
    TooLarge,

    /// <summary>Its extension belongs to no known type.</summary>
    UnknownType,

    /// <summary>The datanet holds another kind.</summary>
    WrongKind,

    /// <summary>Its first bytes are not what its extension says.</summary>
    WrongContent,

    /// <summary>The datanet does not take its licence.</summary>
    Licence,
}
