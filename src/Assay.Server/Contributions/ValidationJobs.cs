using System.Text.Json;
using Assay.Client;
using Assay.Client.Leases;
using Assay.Data.Records;
using Assay.Data.Validation;
using Assay.Data.Validation.Texts;
using Assay.Server.Contributions.PersonalData;
using Assay.Server.Datanets;
using Assay.Server.Shared.Database;
using Assay.Server.Shared.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>What a validation worker gets to know about a file.</summary>
internal sealed class ValidationJobs(IDbContextFactory<AssayDb> reader, DbWriter writer, PatternSets patterns)
{
    public async Task<JsonElement> PayloadAsync(JobRow job, CancellationToken cancel)
    {
        await writer.WriteAsync((db, stop) => db.Contributions.Where(row => row.Id == job.Subject && row.State == ContributionState.Received)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, ContributionState.Validating), stop), cancel);
        await using var db = await reader.CreateDbContextAsync(cancel);
        var row = await db.Contributions.AsNoTracking().FirstAsync(contribution => contribution.Id == job.Subject, cancel);
        var datanet = await db.Datanets.AsNoTracking().FirstAsync(other => other.Id == row.DatanetId, cancel);
        var request = new InspectionRequest($"file.{row.Type}", ProfileOf(datanet, patterns.InForce.Patterns))
        {
            Context = new ContributionContext(row.Source ?? "", row.Licence, row.IntendedUse ?? "", row.Note ?? ""),
            Salt = row.Salt,
            Columns = row.Columns is { } own ? ColumnMapping.Parse(own).Mapping : null,
        };
        var payload = new ValidatePayload(row.Id, row.FileName, row.Bytes, JsonSerializer.SerializeToElement(request, InspectionJson.Options));
        return JsonSerializer.SerializeToElement(payload, AssayJson.Options);
    }

    /// <summary>What a datanet, and the operator by patterns of personal data, ask of its files.</summary>
    public static ValidationProfile ProfileOf(DatanetRow datanet, IReadOnlyList<PiiPattern> patterns) => new(datanet.Purpose)
    {
        Description = datanet.ProfileDescription ?? datanet.Description,
        Tags = datanet.ProfileTags?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? datanet.TagList,
        AcceptedTerms = datanet.ProfileTerms is { } terms ? JsonSerializer.Deserialize<Dictionary<int, double>>(terms) : null,
        Version = datanet.ProfileVersion,
        Exemplars = [.. datanet.ExemplarList.Select(exemplar => exemplar.Text)],
        Languages = datanet.LanguageList,
        Licences = datanet.LicenceList,
        Pii = datanet.RefusesPersonalData ? PiiPolicy.Refuse : PiiPolicy.Mask,
        Patterns = patterns,
        IgnorePdfImages = datanet.IgnoresPdfImages,
        Columns = datanet.Columns is { } columns ? ColumnMapping.Parse(columns).Mapping : null,
    };
}
