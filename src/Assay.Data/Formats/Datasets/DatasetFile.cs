namespace Assay.Data.Formats.Datasets;

/// <summary>One contributed file of an exported data set, with the statements of its contributor.</summary>
/// <param name="Contribution">Its id.</param>
/// <param name="FileName">As the contributor named it, for display.</param>
/// <param name="Type">Short name of its type, such as <c>md</c>.</param>
/// <param name="Sha256">Of its bytes, lower-case hex.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Licence">SPDX identifier.</param>
/// <param name="Contributor">Account id.</param>
/// <param name="LedgerIndex">Ledger index of the contribution.</param>
/// <param name="ReceivedAt">When it was received.</param>
/// <param name="Score">Validation score, 0 to 1000.</param>
public sealed record DatasetFile(string Contribution, string FileName, string Type, string Sha256, long Bytes, string Licence, string Contributor, long LedgerIndex,
    DateTimeOffset ReceivedAt, int Score)
{
    /// <summary>Where it comes from; empty when not stated, like language, use and note.</summary>
    public string Source { get; init; } = "";

    /// <summary>Language as stated.</summary>
    public string Language { get; init; } = "";

    /// <summary>What it should be used for.</summary>
    public string IntendedUse { get; init; } = "";

    /// <summary>Why it is useful.</summary>
    public string Note { get; init; } = "";
}
