using Assay.Models.Engine.Decode;

namespace Assay.Models.Generation;

/// <summary>What a reply is asked of.</summary>
/// <param name="Prompt">Token ids, 1 or more, fewer than the model's context.</param>
/// <param name="Options">How to draw and when to stop.</param>
public sealed record GenerationRequest(IReadOnlyList<int> Prompt, GenerateOptions Options)
{
    /// <summary>Adapter to apply, or null for the base alone. Must live until the reply has ended.</summary>
    public DecodeAdapter? Adapter { get; init; }

    /// <summary>Receives every token as it is drawn, on the loop's thread, which it should not hold up. What it throws ends this reply only.</summary>
    public Action<GeneratedToken>? OnToken { get; init; }

    /// <summary>Asked before every step; while it answers false this reply rests and the others go on. Call <see cref="GenerationLoop.Signal"/> when the answer changes.</summary>
    public Func<bool>? MayContinue { get; init; }

    /// <summary>Ends the reply with what there is.</summary>
    public CancellationToken Cancel { get; init; }
}
