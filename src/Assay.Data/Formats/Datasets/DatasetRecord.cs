using System.Text.Json.Serialization;

namespace Assay.Data.Formats.Datasets;

/// <summary>One record of an exported data set: a row of <c>records.parquet</c> and a line of <c>records.jsonl</c>.</summary>
/// <remarks>A class with setters, because the Parquet library fills and reads columns by them.</remarks>
public sealed class DatasetRecord
{
    /// <summary>SHA-256 of prompt, byte 1e, text in UTF-8; of a conversation: of each turn's role, byte 1f and words, joined by byte 1e. The leaf of the version's root.</summary>
    [JsonPropertyName("sha256")]
    public string Sha256 { get; set; } = "";

    /// <summary>The turns as chat messages; empty for running text without a prompt.</summary>
    [JsonPropertyName("messages")]
    public List<DatasetMessage> Messages { get; set; } = [];

    /// <summary>The question or heading path, of a conversation the first question; empty for running text.</summary>
    [JsonPropertyName("prompt")]
    public string Prompt { get; set; } = "";

    /// <summary>The answer, section or running text; of a conversation the last answer.</summary>
    [JsonPropertyName("text")]
    public string Text { get; set; } = "";

    /// <summary>Records with the same number are near-duplicates of each other.</summary>
    [JsonPropertyName("cluster")]
    public int Cluster { get; set; }

    /// <summary>Id of the contribution it was cut from.</summary>
    [JsonPropertyName("contribution")]
    public string Contribution { get; set; } = "";

    /// <summary>Account id of the contributor.</summary>
    [JsonPropertyName("contributor")]
    public string Contributor { get; set; } = "";

    /// <summary>SPDX identifier of the contribution's licence.</summary>
    [JsonPropertyName("licence")]
    public string Licence { get; set; } = "";

    /// <summary>Ledger index of the contribution.</summary>
    [JsonPropertyName("ledger_index")]
    public long LedgerIndex { get; set; }
}

/// <summary>A turn of a record in the shape of chat training files.</summary>
public sealed class DatasetMessage
{
    /// <summary><c>system</c>, <c>user</c> or <c>assistant</c>.</summary>
    [JsonPropertyName("role")]
    public string Role { get; set; } = "";

    /// <summary>What was said.</summary>
    [JsonPropertyName("content")]
    public string Content { get; set; } = "";
}
