namespace Assay.Ledger.Entries;

/// <summary>A model was written out as files, which were loaded again and compared with the model that was tested.</summary>
/// <param name="Run">The run whose model it is.</param>
/// <param name="Format">adapter, safetensors or gguf, with a hyphen and the number format where there is one.</param>
/// <param name="Sha256">SHA-256 of the list of the files' hashes, <c>SHA256SUMS</c>.</param>
/// <param name="Verdict"><see cref="Pass"/> or <see cref="Differs"/>.</param>
public sealed record ExportEntry(string Run, string Format, string Sha256, string Verdict) : LedgerEntry
{
    /// <summary>Verdict: within the limits that the format has.</summary>
    public const string Pass = "pass";

    /// <summary>Verdict: beyond them.</summary>
    public const string Differs = "differs";

    internal const string TypeName = "export";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) => new ExportEntry(
        members.Id("run", 'r'), members.Text("format"), members.Sha256("sha256"), members.OneOf("verdict", Pass, Differs));

    internal override void Write(CanonicalObject members) => members
        .Add("run", Run).Add("format", Format).Add("sha256", Sha256).Add("verdict", Verdict);
}
