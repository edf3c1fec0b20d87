namespace Assay.Models.Training;

/// <summary>Noise on the embeddings during training: U(−1, 1) · α / √(T · D) for a sequence of T tokens.</summary>
/// <param name="Alpha">α, above 0; 5 is usual.</param>
/// <param name="Seed">Same seed, same noise.</param>
/// <remarks>NEFTune: Jain et al. 2023, arXiv:2310.05914.</remarks>
public sealed record EmbeddingNoise(double Alpha, ulong Seed)
{
    /// <summary>Writes the noise of one sequence.</summary>
    /// <param name="step">Training step.</param>
    /// <param name="sequence">Number of the sequence within the step, so that packing does not change its noise.</param>
    /// <param name="width">D.</param>
    /// <param name="noise">[T × D], overwritten.</param>
    public void Fill(int step, int sequence, int width, Span<float> noise)
    {
        var random = new CounterRandom(Seed, $"neftune {step} {sequence}");
        double size = Alpha / Math.Sqrt(noise.Length / width * (double)width);
        for (int index = 0; index < noise.Length; index++)
        {
            noise[index] = (float)(size * ((2 * random.Uniform(index)) - 1));
        }
    }
}
