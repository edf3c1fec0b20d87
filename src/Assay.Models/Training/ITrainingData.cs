namespace Assay.Models.Training;

/// <summary>What a run trains on, addressed by position, so that a resumed run reads on exactly where it stopped.</summary>
public interface ITrainingData
{
    /// <summary>SHA-256 in hex over everything that decides the batches: content, order, seed.</summary>
    string ContentHash { get; }

    /// <summary>A micro-batch; the same position always gives the same batch.</summary>
    /// <param name="step">From 1.</param>
    /// <param name="micro">From 0 to the run's accumulation − 1.</param>
    TrainingBatch Batch(int step, int micro);
}
