namespace Assay.Server.Datanets.Reading;

/// <summary>Who reads a datanet and who contributes to it.</summary>
internal enum Visibility
{
    /// <summary>Everybody reads, everybody with an account contributes.</summary>
    Public,

    /// <summary>Everybody reads, invited people contribute.</summary>
    Restricted,

    /// <summary>Only the owner and invited people read, and invited contributors contribute. For all others it does not exist.</summary>
    Private,
}
