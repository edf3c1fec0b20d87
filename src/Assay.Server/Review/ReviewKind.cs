namespace Assay.Server.Review;

/// <summary>Why people look at a file.</summary>
internal enum ReviewKind
{
    /// <summary>The rules' score lies in the review band, or a rule asks for a person.</summary>
    Borderline,

    /// <summary>The datanet's owner decides on every file that passes the rules.</summary>
    Approval,

    /// <summary>The contributor appealed against a rejection.</summary>
    Appeal,

    /// <summary>An accepted file, drawn at random. It stays accepted while it is looked at.</summary>
    Audit,
}
