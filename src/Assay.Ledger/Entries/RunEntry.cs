namespace Assay.Ledger.Entries;

/// <summary>A training run starts or ends: two entries with the same settings.</summary>
/// <param name="Run">Run id, <c>r_</c> and 16 hexadecimal digits.</param>
/// <param name="BaseModel">Base model, by its name and version.</param>
/// <param name="Snapshots">Ledger indices of the <see cref="SnapshotEntry"/>s trained on.</param>
/// <param name="Holdout">RFC 6962 root over the records held out.</param>
/// <param name="Settings">SHA-256 of the settings.</param>
/// <param name="Seed">Seed of every random choice, in decimal; a string, because it has 64 bits.</param>
/// <param name="Code">Version of the program that trains.</param>
/// <param name="State">State after this entry, such as <c>started</c>.</param>
/// <param name="Adapter">SHA-256 of the adapter, when the run ended with one.</param>
public sealed record RunEntry(
    string Run, string BaseModel, IReadOnlyList<long> Snapshots, string Holdout, string Settings, string Seed, string Code, string State, string? Adapter = null) : LedgerEntry
{
    internal const string TypeName = "run";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) => new RunEntry(
        members.Id("run", 'r'), members.Text("base"), members.Indices("snapshots"), members.Sha256("holdout"), members.Sha256("settings"),
        members.Text("seed"), members.Text("code"), members.Text("state"), members.OptionalSha256("adapter"));

    internal override void Write(CanonicalObject members) => members
        .Add("run", Run).Add("base", BaseModel).Add("snapshots", Snapshots).Add("holdout", Holdout).Add("settings", Settings)
        .Add("seed", Seed).Add("code", Code).Add("state", State).Add("adapter", Adapter);
}
