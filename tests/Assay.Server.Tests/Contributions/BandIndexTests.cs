using Assay.Data.Duplicates;
using Assay.Server.Contributions;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Tests.Contributions;

public sealed class BandIndexTests(AssayServer server) : IClassFixture<AssayServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Random texts with near copies, texts that are in the index hundreds of times, empty ones and another datanet's.</summary>
    [Fact]
    public async Task Many_records_at_once_get_the_candidates_that_each_gets_by_itself()
    {
        var random = new Random(23);
        var known = Enumerable.Range(0, 900).Select(index => index < 300 ? Sentence(random, 25) : index < 600 ? "The same short text of many records." : Sentence(random, 6)).ToList();
        await server.Get<DbWriter>().WriteAsync((db, _) =>
        {
            for (var record = 0; record < known.Count; record++)
            {
                db.Bands.AddRange(ContentSignature.Of(known[record]).Bands.Distinct().Select(band =>
                    new BandRow { DatanetId = record % 50 == 7 ? "d_elsewhere" : "d_here", Hash = unchecked((long)band), RecordId = record + 1 }));
            }

            return Task.CompletedTask;
        }, Cancel);
        var asked = Enumerable.Range(0, 1_000).Select(index => (index % 5) switch
        {
            0 => known[random.Next(known.Count)],
            1 => known[random.Next(300)] + " " + Sentence(random, 2),
            2 => "The same short text of many records.",
            3 => index % 20 == 3 ? "" : Sentence(random, 6),
            _ => Sentence(random, 25),
        }).Select(ContentSignature.Of).ToList();
        await using var db = server.Read();

        var together = new List<IReadOnlyList<long>>();
        foreach (var batch in asked.Chunk(BandIndex.Batch))
        {
            together.AddRange(await BandIndex.CandidatesAsync(db, "d_here", batch, Cancel));
        }

        var found = 0;
        for (var index = 0; index < asked.Count; index++)
        {
            var alone = await AloneAsync(db, asked[index]);
            Assert.Equal(alone, together[index]);
            found += alone.Count;
        }

        Assert.InRange(found, 10_000, 60_000);
    }

    /// <summary>What one record's candidates are, by the definition.</summary>
    private static async Task<List<long>> AloneAsync(AssayDb db, ContentSignature signature)
    {
        var bands = signature.Bands.Select(band => unchecked((long)band)).ToList();
        return await db.Bands.AsNoTracking().Where(band => band.DatanetId == "d_here" && bands.Contains(band.Hash))
            .GroupBy(band => band.RecordId).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).Take(BandIndex.MostCandidates).Select(group => group.Key).ToListAsync(Cancel);
    }

    private static string Sentence(Random random, int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => "word" + random.Next(words < 10 ? 40 : 4000)));
}
