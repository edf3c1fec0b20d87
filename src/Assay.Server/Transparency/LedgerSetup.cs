using System.Globalization;
using System.Text;
using Assay.Data.FileTypes;
using Assay.Data.Validation;
using Assay.Ledger.Checkpoints;
using Assay.Ledger.Entries;
using Assay.Server.Contributions.PersonalData;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Assay.Server.Transparency;

/// <summary>The entries that come before all others, and the policies in force: genesis, limits, rules.</summary>
internal sealed class LedgerSetup(DataFolder folder, IOptions<LedgerOptions> options, IOptions<QuotaOptions> quotas, PatternSets patterns, TimeProvider clock) : IDisposable
{
    private readonly Lazy<NoteSigner> _signer = new(() => SigningKeyFile.OpenOrCreate(
        Path.Combine(folder.Keys, "log-key"), options.Value.Origin.Length == 0 ? null : options.Value.Origin));

    /// <summary>The key that signs checkpoints.</summary>
    public NoteSigner Signer => _signer.Value;

    /// <summary>What the rules are: kind of datanet, id, version and weight of each, one a line; then the hash of the operator's patterns, where there are any. Its hash stands in the ledger.</summary>
    public string RulesText => Rules + (patterns.InForce.Patterns.Count == 0 ? "" : $"pii_patterns {patterns.InForce.Hash}\n");

    private static string Rules { get; } = string.Concat(Enum.GetValues<DatanetKind>().SelectMany(kind => ValidationRules.For(kind).Select(rule =>
        string.Create(CultureInfo.InvariantCulture, $"{kind} {rule.Id} {rule.Version} {rule.Weight} {rule.OnZero}\n"))));

    /// <summary>The daily limits in the same form.</summary>
    public string LimitsText => string.Create(CultureInfo.InvariantCulture,
        $"contributor_bytes {quotas.Value.BytesPerContributor}\ncontributor_files {quotas.Value.FilesPerContributor}\ndatanet_bytes {quotas.Value.BytesPerDatanet}\nfirst_day_percent {quotas.Value.FirstDayPercent}\n");

    /// <summary>Adds what is missing; does nothing when genesis and the policies in force are there.</summary>
    /// <param name="db">Written to directly: nothing is served yet.</param>
    /// <param name="policies">Whether this process decides which policies are in force: the server does, a command beside it does not.</param>
    /// <param name="cancel">Before a write.</param>
    public async Task EnsureAsync(AssayDb db, bool policies, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (!await db.LedgerEntries.AnyAsync(cancel))
        {
            var genesis = new GenesisEntry(Signer.Verifier.Name, Signer.Verifier.Vkey, LedgerFacts.Sha256(LimitsText + RulesText), LedgerFacts.Code);
            db.Append(genesis with { Timestamp = now.ToUnixTimeMilliseconds() });
            await db.SaveChangesAsync(cancel);
        }

        if (policies)
        {
            await EnsurePolicyAsync(db, PolicyEntry.Limits, LimitsText, now, cancel);
            await EnsurePolicyAsync(db, PolicyEntry.Rules, RulesText, now, cancel);
        }
    }

    public void Dispose()
    {
        if (_signer.IsValueCreated)
        {
            _signer.Value.Dispose();
        }
    }

    private static async Task EnsurePolicyAsync(AssayDb db, string name, string text, DateTimeOffset now, CancellationToken cancel)
    {
        var latest = await LatestAsync(db, name, cancel);
        if (latest?.Policy.Sha256 != LedgerFacts.Sha256(text))
        {
            db.Append(new PolicyEntry(name, LedgerFacts.Sha256(text), DateOnly.FromDateTime(now.UtcDateTime)) { Timestamp = now.ToUnixTimeMilliseconds() });
            await db.SaveChangesAsync(cancel);
        }
    }

    /// <summary>The policy of a name that was logged last.</summary>
    public static async Task<(PolicyEntry Policy, long EntryId)?> LatestAsync(AssayDb db, string name, CancellationToken cancel)
    {
        var marker = Encoding.UTF8.GetBytes($"\"name\":\"{name}\"");
        var type = Encoding.UTF8.GetBytes("\"t\":\"policy\"");
        var rows = await db.LedgerEntries
            .FromSql($"SELECT * FROM ledger_entry WHERE instr(\"Bytes\", {marker}) > 0 AND instr(\"Bytes\", {type}) > 0")
            .AsNoTracking().OrderByDescending(row => row.Id).Take(1).ToListAsync(cancel);
        return rows.Count == 0 ? null : ((PolicyEntry)EntryTypes.Parse(rows[0].Bytes), rows[0].Id);
    }
}
