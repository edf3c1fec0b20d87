using Assay.Models.Engine;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>Checks of the packed path on a trained model with recorded stories.</summary>
/// <param name="folder">Folder with the goldens.</param>
/// <param name="weights">Folder with <c>config.json</c> and weights, usually the same.</param>
internal sealed class PackedStoriesChecks(string folder, string weights) : ICheckSource
{
    private readonly GoldenTensors? goldens = GoldenTensors.Open(Path.Combine(folder, "golden.safetensors"));
    private readonly Lazy<PackedModel> model = new(() => PackedModel.Open(weights, FrozenFormat.Fp32));

    /// <inheritdoc/>
    public IEnumerable<Check> All()
    {
        foreach (string number in goldens?.Cases("logits_last64") ?? [])
        {
            yield return new Check($"logits:{number}@fp32", () => Logits(number));
        }

        foreach (string number in goldens?.Cases("token_loss") ?? [])
        {
            yield return new Check($"token_loss:{number}@fp32", () => TokenLoss(number));
        }
    }

    public void Dispose()
    {
        goldens?.Dispose();
        if (model.IsValueCreated)
        {
            model.Value.Dispose();
        }
    }

    private Figure Logits(string number)
    {
        using var scope = NewDisposeScope();
        string name = $"{number}.logits_last64";
        var logits = model.Value.Engine.Logits(new GoldenCase(goldens!, number).Packed(null)); // [T, V]
        long count = goldens!.Shape(name)[0];
        return Figure.AtMost(goldens.Difference(name, logits.narrow(0, logits.shape[0] - count, count)), 1e-4);
    }

    private Figure TokenLoss(string number)
    {
        // Every token after the first is scored by the one before it.
        double[] losses = model.Value.Engine.Losses(new GoldenCase(goldens!, number).Packed(goldens!.Integers($"{number}.input_ids")));
        float[] expected = goldens.Floats($"{number}.token_loss");
        return losses.Length == expected.Length
            ? Figure.AtMost(losses.Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second)), 5e-5)
            : Figure.Count(losses.Length, expected.Length);
    }
}
