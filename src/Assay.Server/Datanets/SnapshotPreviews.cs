using Assay.Client.Datanets;
using Assay.Client.Runs;
using Assay.Data.Planning;
using Assay.Data.Tokenization;
using Assay.Server.Contributions;
using Assay.Server.ModelCatalog;
using Assay.Server.Runs;
using Assay.Server.Shared.Database;
using Microsoft.EntityFrameworkCore;

namespace Assay.Server.Datanets;

/// <summary>What a model would be trained on: rendered text, tokens, and which of them the loss counts.</summary>
internal sealed class SnapshotPreviews(IDbContextFactory<AssayDb> reader, BaseModels bases, RenderedText rendered)
{
    /// <summary>Counts the whole snapshot as a run with these settings would see it, and renders its first <paramref name="samples"/> records.</summary>
    public async Task<SnapshotPreview> MakeAsync(SnapshotRow snapshot, BaseModel model, RunSettings settings, int samples, CancellationToken cancel)
    {
        var ids = snapshot.ReadManifest().Contributions.SelectMany(item => item.Records).Select(record => record.Id).ToList();
        var encoder = bases.EncoderOf(model, settings);
        var shown = new List<PreviewSample>();
        long tokens = 0, trainable = 0;
        var truncated = 0;
        foreach (var record in await ReadAsync(ids, cancel))
        {
            var encoded = Encode(encoder, record);
            tokens += encoded.Ids.Length;
            trainable += encoded.TrainedTokens;
            truncated += encoded.DroppedTokens > 0 ? 1 : 0;
            if (shown.Count < samples)
            {
                shown.Add(new PreviewSample(record.Id, record.ContributionId, Pieces(bases.TextsOf(model).Tokenizer, encoded)));
            }
        }

        return new SnapshotPreview(model.Name, ids.Count, tokens, trainable, truncated, shown);
    }

    /// <summary>Counts the records that a run with these settings would train, and renders some of them.</summary>
    /// <param name="records">In the order of the run; one that counts twice stands there twice.</param>
    /// <param name="heldOut">Records kept for evaluation.</param>
    /// <param name="on">Base and settings.</param>
    /// <param name="samples">Most records to render.</param>
    /// <param name="cancel">Between records.</param>
    public async Task<RunLook> LookAsync(IReadOnlyList<long> records, int heldOut, (BaseModel Base, RunSettings Settings) on, int samples, CancellationToken cancel)
    {
        var encoder = bases.EncoderOf(on.Base, on.Settings);
        var look = new TrainingLook(on.Settings);
        var times = records.CountBy(id => id).ToDictionary();
        foreach (var (number, record) in (await ReadAsync([.. times.Keys], cancel)).Index())
        {
            cancel.ThrowIfCancellationRequested();
            var encoded = Encode(encoder, record);
            look.Add(encoded, times[record.Id]);
            if (number < samples)
            {
                look.Show(new PreviewSample(record.Id, record.ContributionId, Pieces(bases.TextsOf(on.Base).Tokenizer, encoded)));
            }
        }

        return look.Result(heldOut);
    }

    private EncodedConversation Encode(RecordEncoder encoder, RecordRow record) =>
        encoder.Encode([.. rendered.Of(record).Select(turn => new ChatMessage(turn.Role, turn.Content))]);

    private static List<PreviewPiece> Pieces(Tokenizer tokenizer, EncodedConversation encoded)
    {
        var pieces = new List<PreviewPiece>();
        for (var start = 0; start < encoded.Ids.Length;)
        {
            var trained = encoded.Labels[start] >= 0;
            var end = start;
            while (end < encoded.Ids.Length && encoded.Labels[end] >= 0 == trained)
            {
                end++;
            }

            pieces.Add(new PreviewPiece(tokenizer.Decode(encoded.Ids.AsSpan(start, end - start)), trained, end - start));
            start = end;
        }

        return pieces;
    }

    private async Task<List<RecordRow>> ReadAsync(IReadOnlyList<long> ids, CancellationToken cancel)
    {
        await using var db = await reader.CreateDbContextAsync(cancel);
        var rows = await db.Records.AsNoTracking().Where(row => ids.Contains(row.Id) && db.Contributions.Any(file => file.Id == row.ContributionId && file.Removal == null)).ToDictionaryAsync(row => row.Id, cancel);
        return [.. ids.Where(rows.ContainsKey).Select(id => rows[id])];
    }
}
