namespace Assay.Models.Engine.Kernels.Attention;

/// <summary>Everything about an attention layer that is not data.</summary>
/// <param name="heads">Query heads H.</param>
/// <param name="kvHeads">Key and value heads, a divisor of H; query head h uses key head h / (H / kvHeads).</param>
/// <param name="keyWidth">Width of a query and key head.</param>
/// <param name="valueWidth">Width of a value and output head.</param>
/// <param name="scale">Factor on query · key.</param>
internal readonly unsafe struct HeadShape(int heads, int kvHeads, int keyWidth, int valueWidth, float scale)
{
    /// <summary>H.</summary>
    public int Heads => heads;

    /// <summary>Key and value heads.</summary>
    public int KvHeads => kvHeads;

    /// <summary>Query heads per key head.</summary>
    public int Group => heads / kvHeads;

    /// <summary>Width of a query and key head.</summary>
    public int KeyWidth => keyWidth;

    /// <summary>Width of a value and output head.</summary>
    public int ValueWidth => valueWidth;

    /// <summary>Factor on query · key.</summary>
    public float Scale => scale;

    /// <summary>Keys a query sees, itself included; all earlier ones by default.</summary>
    public int Window { get; init; } = int.MaxValue;

    /// <summary>Scores become cap · tanh(score / cap); 0 for none.</summary>
    public float SoftCap { get; init; }

    /// <summary>[H] ALiBi slopes: slope · (key − query) is added to the score; null for none.</summary>
    public float* Slopes { get; init; }
}
