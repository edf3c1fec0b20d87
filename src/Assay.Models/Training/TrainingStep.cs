namespace Assay.Models.Training;

/// <summary>The batches of one optimiser step.</summary>
/// <param name="Number">From 1; keys dropout and noise.</param>
/// <param name="Batches">Micro-batches, 1 or more.</param>
/// <param name="Normalisation">What the loss is averaged over.</param>
/// <param name="Noise">Noise on the embeddings, or null.</param>
public sealed record TrainingStep(int Number, IReadOnlyList<TrainingBatch> Batches, LossNormalisation Normalisation, EmbeddingNoise? Noise = null)
{
    /// <summary>Factor on the summed loss of a micro-batch.</summary>
    /// <param name="micro">From 0; the batch has at least one supervised token.</param>
    public double Factor(int micro) => Normalisation is LossNormalisation.Token
        ? 1.0 / Batches.Sum(batch => batch.Supervised)
        : 1.0 / ((double)Batches[micro].Supervised * Batches.Count);

    /// <summary>Number that keys the dropout masks of a micro-batch.</summary>
    public long DropoutKey(int micro) => ((long)Number * Batches.Count) + micro;
}
