using System.Security.Cryptography;
using Assay.Ledger.Entries;
using Assay.Server.Access;
using Assay.Server.Accounts;
using Assay.Server.Attribution;
using Assay.Server.Chat;
using Assay.Server.Contributions;
using Assay.Server.Contributions.Comparisons;
using Assay.Server.Contributions.Passages;
using Assay.Server.Contributions.PersonalData;
using Assay.Server.Contributions.TestSets;
using Assay.Server.Contributions.Uploads;
using Assay.Server.Datanets;
using Assay.Server.Datanets.Imports;
using Assay.Server.Datanets.Settings;
using Assay.Server.Exports;
using Assay.Server.ModelCatalog;
using Assay.Server.Removal;
using Assay.Server.Review;
using Assay.Server.Runs;
using Assay.Server.Shared.Jobs;
using Assay.Server.Shared.Quotas;
using Assay.Server.Transparency;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Shared.Database;

/// <summary>All rows. Reading is free for every scope; writing goes through <see cref="DbWriter"/> alone.</summary>
internal sealed class AssayDb(DbContextOptions<AssayDb> options) : DbContext(options)
{
    public DbSet<AccountRow> Accounts => Set<AccountRow>();
    public DbSet<ApiKeyRow> ApiKeys => Set<ApiKeyRow>();
    public DbSet<AccountPlaceRow> AccountPlaces => Set<AccountPlaceRow>();
    public DbSet<AccountLinkRow> AccountLinks => Set<AccountLinkRow>();
    public DbSet<DatanetRow> Datanets => Set<DatanetRow>();
    public DbSet<SnapshotRow> Snapshots => Set<SnapshotRow>();
    public DbSet<DatanetMemberRow> DatanetMembers => Set<DatanetMemberRow>();
    public DbSet<QuizAttemptRow> QuizAttempts => Set<QuizAttemptRow>();
    public DbSet<ImportRow> Imports => Set<ImportRow>();
    public DbSet<ContributionRow> Contributions => Set<ContributionRow>();
    public DbSet<RecordRow> Records => Set<RecordRow>();
    public DbSet<BandRow> Bands => Set<BandRow>();
    public DbSet<PassageRow> Passages => Set<PassageRow>();
    public DbSet<OverlapRow> Overlaps => Set<OverlapRow>();
    public DbSet<TestSetRow> TestSets => Set<TestSetRow>();
    public DbSet<TestSetRunRow> TestSetRuns => Set<TestSetRunRow>();
    public DbSet<PiiPatternSetRow> PiiPatternSets => Set<PiiPatternSetRow>();
    public DbSet<SoundRow> Sounds => Set<SoundRow>();
    public DbSet<SoundPrintRow> SoundPrints => Set<SoundPrintRow>();
    public DbSet<PictureHashRow> PictureHashes => Set<PictureHashRow>();
    public DbSet<ReservationRow> Reservations => Set<ReservationRow>();
    public DbSet<QuotaRow> Quotas => Set<QuotaRow>();
    public DbSet<RemovalRow> Removals => Set<RemovalRow>();
    public DbSet<ReviewCaseRow> ReviewCases => Set<ReviewCaseRow>();
    public DbSet<UploadRow> Uploads => Set<UploadRow>();
    public DbSet<VoteRow> Votes => Set<VoteRow>();
    public DbSet<AssignmentRow> Assignments => Set<AssignmentRow>();
    public DbSet<GoldRow> Gold => Set<GoldRow>();
    public DbSet<ReviewerRow> Reviewers => Set<ReviewerRow>();
    public DbSet<AccessRow> Access => Set<AccessRow>();
    public DbSet<RunRow> Runs => Set<RunRow>();
    public DbSet<RunEventRow> RunEvents => Set<RunEventRow>();
    public DbSet<RunEvaluationRow> RunEvaluations => Set<RunEvaluationRow>();
    public DbSet<ModelVersionRow> ModelVersions => Set<ModelVersionRow>();
    public DbSet<ExportRow> Exports => Set<ExportRow>();
    public DbSet<AnswerRow> Answers => Set<AnswerRow>();
    public DbSet<SpanRow> Spans => Set<SpanRow>();
    public DbSet<JobRow> Jobs => Set<JobRow>();
    public DbSet<LedgerRow> LedgerEntries => Set<LedgerRow>();
    public DbSet<LedgerHeadRow> LedgerHeads => Set<LedgerHeadRow>();

    /// <summary>A random public id: prefix and 16 lower-case hex digits (64 bits).</summary>
    public static string NewId(string prefix) => prefix + RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>Adds a ledger entry to this transaction; it gets its index when the appender sequences it.</summary>
    public LedgerRow Append(LedgerEntry entry)
    {
        var row = new LedgerRow { Bytes = entry.ToBytes() };
        LedgerEntries.Add(row);
        return row;
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(AssayDb).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // SQLite can neither sort nor compare a DateTimeOffset.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
        configurationBuilder.Properties<Enum>().HaveConversion<string>();
    }
}
