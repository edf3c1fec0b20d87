using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Models.Training;

/// <summary>Cross-entropy of a batch under the reference path.</summary>
internal static class BatchLoss
{
    /// <summary>Summed loss of a batch's supervised tokens in nats, differentiable where gradients are on. The batch has at least one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token id is outside the vocabulary.</exception>
    public static Tensor Sum(ReferenceModel model, TrainingBatch batch, ForwardOptions options)
    {
        long[] ids = batch.PaddedIds();
        CheckIds(ids, model.Plan.Vocab);
        using var scope = NewDisposeScope();
        var hidden = model.Hidden(tensor(ids, [batch.Samples.Count, batch.Length], device: model.Device), options).view(-1, model.Plan.Hidden); // [B·T, D]
        long[] targets = batch.PaddedTargets();
        if (batch.Supervised < targets.Length)
        {
            // Logits only where a prediction counts: on instruction data that is about half of the rows.
            long[] rows = [.. Enumerable.Range(0, targets.Length).Where(row => targets[row] != TrainingBatch.NotTrained).Select(row => (long)row)];
            hidden = hidden.index_select(0, tensor(rows, device: model.Device));
            targets = [.. rows.Select(row => targets[row])];
        }

        var logits = model.Logits(hidden, options.Adapter); // [S, V]
        return nn.functional.cross_entropy(logits, tensor(targets, device: model.Device), reduction: nn.Reduction.Sum).MoveToOuterDisposeScope();
    }

    private static void CheckIds(long[] ids, int vocab)
    {
        foreach (long id in ids)
        {
            if (id < 0 || id >= vocab)
            {
                throw new ArgumentOutOfRangeException(nameof(ids), id, $"Token ids must be from 0 to {vocab - 1}.");
            }
        }
    }
}
