using System.Text.Json.Nodes;
using Assay.Models.Engine.Decode;
using Assay.Models.Reference;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>Checks of a trained model with recorded stories: a top folder with <c>golden_generation.json</c>.</summary>
/// <param name="folder">Folder with the goldens.</param>
/// <param name="weights">Folder with <c>config.json</c> and weights, usually the same.</param>
internal sealed class StoriesChecks(string folder, string weights) : ICheckSource
{
    private readonly Lazy<ReferenceModel> model = new(() => ModelChecks.Open(weights));
    private readonly Lazy<DecodeWeights> decode = new(() => DecodeChecks.Open(weights));
    private readonly GoldenTensors? goldens = GoldenTensors.Open(Path.Combine(folder, "golden.safetensors"));

    /// <summary>All checks in the order they are printed.</summary>
    public IEnumerable<Check> All()
    {
        var stories = JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "golden_generation.json")))!.AsArray();
        for (int index = 0; index < stories.Count; index++)
        {
            int[] prompt = Ids(stories[index]!["prompt_ids"]);
            long[] expected = Array.ConvertAll(Ids(stories[index]!["greedy_ids"]), id => (long)id);
            int number = index;
            yield return new Check($"greedy:{number}@decode", () => DecodeChecks.Greedy(decode.Value, [prompt], expected));
            if (goldens?.Has($"{number}.logits_last64") == true)
            {
                yield return new Check($"logits:{number}@reference", () => Logits(number));
            }
        }
    }

    public void Dispose()
    {
        goldens?.Dispose();
        if (model.IsValueCreated)
        {
            model.Value.Dispose();
        }

        if (decode.IsValueCreated)
        {
            decode.Value.Dispose();
        }
    }

    private static int[] Ids(JsonNode? node) => [.. node!.AsArray().Select(id => id!.GetValue<int>())];

    private Figure Logits(int number)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        string name = $"{number}.logits_last64";
        var hidden = new GoldenCase(goldens!, $"{number}").Hidden(model.Value)[0]; // [T, D]
        long count = goldens!.Shape(name)[0];
        return Figure.AtMost(goldens.Difference(name, model.Value.Logits(hidden.narrow(0, hidden.shape[0] - count, count), null)), 1e-4);
    }
}
