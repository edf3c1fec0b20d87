using System.Collections.Concurrent;
using System.Security.Cryptography;
using Assay.Client.Datanets;
using Assay.Data.Tokenization;
using Assay.Data.Trace;
using Assay.Server.ModelCatalog;
using Assay.Server.Runs;
using Assay.Server.Shared;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Attribution;

/// <summary>
/// The exact layer of an answer's sources: spans that stand word for word in the records of the run's versions, those held out among them.
/// The index of a run is built at its first answer and kept as a file beside the adapter.
/// </summary>
internal sealed class TraceAnswers(IDbContextFactory<AssayDb> reader, BaseModels bases, RenderedText rendered, DataFolder folder)
{
    private readonly TraceIndexes _indexes = new();
    private readonly ConcurrentDictionary<string, ReferenceBits> _bits = new();

    /// <summary>The rows of an answer's spans, ready to be stored; empty when nothing of it stands in a contribution.</summary>
    /// <param name="answer">Id of the answer, its tokens, and the characters that are shown of it: a stop text cuts them before the tokens end.</param>
    public async Task<List<SpanRow>> FindAsync(BaseModel model, string runId, (string Id, int[] Reply, int Characters) answer, CancellationToken cancel)
    {
        var reply = answer.Reply;
        var index = await _indexes.GetAsync(runId, id => MakeAsync(model, id), cancel);
        var result = SpanTrace.Find(index, reply, BitsOf(model));
        if (result.Spans.Count == 0)
        {
            return [];
        }

        await using var db = await reader.CreateDbContextAsync(cancel);
        var contributions = result.Spans.SelectMany(span => span.Sources).Select(source => source.Record.Contribution).Distinct().ToList();
        var records = await db.Records.AsNoTracking().Where(row => contributions.Contains(row.ContributionId))
            .ToDictionaryAsync(row => (row.ContributionId, row.Ordinal), row => row.Id, cancel);
        var places = CharacterPlaces(bases.TextsOf(model).Tokenizer, reply);
        return
        [
            .. result.Spans.Select(span => (span, at: Place(span, places, answer.Characters))).Where(shown => shown.at.End > shown.at.Start)
                .SelectMany(shown => shown.span.Sources.Select(source => new SpanRow
                {
                    AnswerId = answer.Id,
                    Start = shown.at.Start,
                    End = shown.at.End,
                    Tokens = shown.span.Length,
                    Millibits = shown.span.MilliBits,
                    RecordId = records[(source.Record.Contribution, source.Record.Number)],
                })),
        ];
    }

    /// <summary>Half-open character range of a span within the <paramref name="shown"/> characters; empty when none of it is shown.</summary>
    internal static (int Start, int End) Place(TraceSpan span, int[] places, int shown) =>
        (Math.Min(places[span.Start], shown), Math.Min(places[span.Start + span.Length], shown));

    /// <summary>Where each token begins in the shown text, and one past the last.</summary>
    internal static int[] CharacterPlaces(Tokenizer tokenizer, int[] reply)
    {
        var places = new int[reply.Length + 1];
        var decoder = new StreamingDecoder(tokenizer, skipSpecial: true);
        for (var token = 0; token < reply.Length; token++)
        {
            places[token + 1] = places[token] + decoder.Push(reply[token]).Length;
        }

        places[^1] += decoder.Flush().Length;
        return places;
    }

    /// <summary>Forgets the index of a run: the next answer builds it anew, from the records that are still there.</summary>
    public async Task ForgetAsync(string runId)
    {
        await _indexes.ForgetAsync(runId);
        var model = Path.GetDirectoryName(PathOf(runId))!;
        if (Directory.Exists(model)) // not of a run that was cancelled
        {
            Directory.EnumerateFiles(model, "trace.idx*").ToList().ForEach(File.Delete); // also what a crash left half written
        }
    }

    private string PathOf(string runId) => Path.Combine(folder.Models, runId, "trace.idx");

    private async Task<TraceIndex> MakeAsync(BaseModel model, string runId)
    {
        var path = PathOf(runId);
        if (File.Exists(path))
        {
            try
            {
                return TraceIndex.Load(path);
            }
            catch (InvalidTraceIndexException)
            {
                // A damaged index is made again: everything it holds is in the rows.
            }
        }

        var built = await BuildAsync(model, runId);
        built.Save(path);
        return built;
    }

    private async Task<TraceIndex> BuildAsync(BaseModel model, string runId)
    {
        await using var db = await reader.CreateDbContextAsync();
        var run = await db.Runs.AsNoTracking().FirstAsync(row => row.Id == runId);
        var snapshots = await StartRun.SnapshotsAsync(db, run.SnapshotList, CancellationToken.None);
        var contributions = snapshots.SelectMany(row => row.ReadManifest().Contributions).DistinctBy(item => item.Id).OrderBy(item => item.Index).ToList();
        var wanted = contributions.SelectMany(item => item.Records).Select(record => record.Id).ToList();
        var rows = await db.Records.AsNoTracking().Where(row => wanted.Contains(row.Id) && db.Contributions.Any(file => file.Id == row.ContributionId && file.Removal == null)).ToDictionaryAsync(row => row.Id);
        var tokenizer = bases.TextsOf(model).Tokenizer;
        return TraceIndex.Build(string.Join(',', snapshots.Select(row => row.RecordsRoot)), TokenizerHash(model), tokenizer.VocabularySize,
            contributions.SelectMany(item => Tokenize(item, rows, tokenizer)));
    }

    private IEnumerable<TokenizedRecord> Tokenize(ManifestContribution item, Dictionary<long, Contributions.RecordRow> rows, Tokenizer tokenizer) =>
        item.Records.Where(record => rows.ContainsKey(record.Id)).Select(record => rows[record.Id]).OrderBy(row => row.Ordinal)
            .Select(row => new TokenizedRecord(new TraceRecord(item.Index, item.Id, row.Ordinal), tokenizer.Encode(rendered.Of(row, row.LearntText())), []));

    private ReferenceBits BitsOf(BaseModel model) => _bits.GetOrAdd(model.Folder, path =>
    {
        var file = Path.Combine(path, "reference_bits.json");

        // A base without a table counts every token alike: its vocabulary says nothing of how common a token is.
        return File.Exists(file)
            ? ReferenceBits.Parse(File.ReadAllBytes(file))
            : ReferenceBits.FromCounts(new long[bases.TextsOf(model).Tokenizer.VocabularySize], TokenizerHash(model));
    });

    private static string TokenizerHash(BaseModel model) =>
        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(TokenizerFolder.FindFile(model.Folder))));
}
