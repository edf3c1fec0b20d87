using System.Text.Json;
using Assay.Data.Duplicates;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Contributions;

/// <summary>The candidates for near duplicates of many records at once: those of a datanet that share most bands with each.</summary>
internal static class BandIndex
{
    /// <summary>Candidates of one record; ties by the older record.</summary>
    public const int MostCandidates = 50;

    /// <summary>Records asked about in one query.</summary>
    public const int Batch = 256;

    /// <summary>Ids of candidates for each signature, in the same order, most shared bands first.</summary>
    /// <param name="db">Reads the index.</param>
    /// <param name="datanetId">Whose records are candidates.</param>
    /// <param name="signatures">At most <see cref="Batch"/>.</param>
    /// <param name="cancel">Ends the query.</param>
    public static async Task<IReadOnlyList<IReadOnlyList<long>>> CandidatesAsync(AssayDb db, string datanetId, IReadOnlyList<ContentSignature> signatures, CancellationToken cancel)
    {
        // The bands of record i stand at 32·i and on, so that an array's own keys say whose a band is; null never meets a band.
        var asked = JsonSerializer.Serialize(signatures.SelectMany(signature => signature.Bands.Distinct().Select(band => (long?)unchecked((long)band))
            .Concat(Enumerable.Repeat((long?)null, MinHash.Bands)).Take(MinHash.Bands)));
        var found = await db.Database.SqlQuery<Candidate>($"""
            WITH asked AS MATERIALIZED (SELECT key / {MinHash.Bands} AS number, value AS hash FROM json_each({asked}))
            SELECT Number, RecordId FROM (
                SELECT asked.number AS Number, band.RecordId AS RecordId, row_number() OVER (PARTITION BY asked.number ORDER BY count(*) DESC, band.RecordId) AS place
                FROM asked CROSS JOIN band ON band.DatanetId = {datanetId} AND band.Hash = asked.hash
                GROUP BY asked.number, band.RecordId)
            WHERE place <= {MostCandidates} ORDER BY Number, place
            """).ToListAsync(cancel);
        var candidates = found.ToLookup(row => row.Number, row => row.RecordId);
        return [.. signatures.Select((_, number) => (IReadOnlyList<long>)[.. candidates[number]])];
    }

    private sealed record Candidate(int Number, long RecordId);
}
