namespace Assay.Worker.Bench;

/// <summary>What the rounds of one configuration gave.</summary>
internal sealed class GenerateRun
{
    /// <summary>Prompt tokens a second, by round.</summary>
    public List<double> Prefill { get; } = [];

    /// <summary>Milliseconds to the first new token, by round.</summary>
    public List<double> FirstToken { get; } = [];

    /// <summary>New tokens a second of all rows, by round.</summary>
    public List<double> Decode { get; } = [];

    /// <summary>Weight bytes of a pass.</summary>
    public long BytesPerToken { get; init; }

    /// <summary>Scores after the first row's prompt.</summary>
    public float[] Scores { get; set; } = [];
}
