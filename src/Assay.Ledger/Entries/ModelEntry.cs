namespace Assay.Ledger.Entries;

/// <summary>A version of a model moves.</summary>
/// <param name="Model">Model id, <c>m_</c> and 16 hexadecimal digits.</param>
/// <param name="Version">Version of the model, from 1.</param>
/// <param name="Action"><see cref="Publish"/>, <see cref="SetAlias"/>, <see cref="Rollback"/> or <see cref="Retire"/>.</param>
/// <param name="Run">The run that made the version; absent for a base model.</param>
/// <param name="Alias">The alias that now points to the version.</param>
public sealed record ModelEntry(string Model, long Version, string Action, string? Run = null, string? Alias = null) : LedgerEntry
{
    /// <summary>Action: the version can be used.</summary>
    public const string Publish = "publish";

    /// <summary>Action: an alias points to the version.</summary>
    public const string SetAlias = "alias";

    /// <summary>Action: an alias goes back to the version.</summary>
    public const string Rollback = "rollback";

    /// <summary>Action: the version can no longer be used.</summary>
    public const string Retire = "retire";

    internal const string TypeName = "model";

    /// <inheritdoc/>
    public override string Type => TypeName;

    internal static LedgerEntry Read(EntryReader members) => new ModelEntry(
        members.Id("model", 'm'), members.Integer("version", 1), members.OneOf("action", Publish, SetAlias, Rollback, Retire),
        members.OptionalId("run", 'r'), members.OptionalText("alias"));

    internal override void Write(CanonicalObject members) => members
        .Add("model", Model).Add("version", Version).Add("action", Action).Add("run", Run).Add("alias", Alias);
}
