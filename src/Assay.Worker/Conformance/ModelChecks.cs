using System.Text.Json;
using Assay.Data.Formats;
using Assay.Models.Families;
using Assay.Models.Reference;
using Assay.Models.Training;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>Checks of one folder below <c>models/</c>.</summary>
internal sealed class ModelChecks : ICheckSource
{
    private readonly string folder;
    private readonly Lazy<ReferenceModel> model;
    private readonly GoldenTensors? goldens;
    private readonly GoldenTensors? gradients;

    /// <param name="folder">Model folder.</param>
    public ModelChecks(string folder)
    {
        this.folder = folder;
        model = new Lazy<ReferenceModel>(() => Open(folder));

        goldens = GoldenTensors.OfModel(folder);
        gradients = GoldenTensors.Open(Path.Combine(folder, "golden_grads.safetensors"));
    }

    /// <summary>Loads the weights of a model folder.</summary>
    public static ReferenceModel Open(string folder)
    {
        var config = HfModelConfig.Load(folder);
        using var checkpoint = SafetensorsCheckpoint.Open(folder);
        return ReferenceModel.Load(ModelFamily.Plan(config, checkpoint.Names), checkpoint);
    }

    /// <summary>All checks in the order they are printed.</summary>
    public IEnumerable<Check> All()
    {
        yield return new Check("load", Load);
        if (goldens is null)
        {
            yield break;
        }

        foreach (string name in goldens.Cases("logits"))
        {
            yield return new Check($"logits.{name}@reference", () => Logits(name));
        }

        foreach (string name in goldens.Cases("hidden.0"))
        {
            yield return new Check($"hidden.{name}@reference", () => Hidden(name));
        }

        foreach (string name in goldens.Cases("loss"))
        {
            yield return new Check($"loss.{name}@reference", () => Loss(name));
        }

        foreach (string name in goldens.Cases("token_loss"))
        {
            yield return new Check($"token_loss.{name}@reference", () => TokenLoss(name));
        }

        if (gradients is not null)
        {
            yield return new Check("grads@reference", Gradients);
        }
    }

    public void Dispose()
    {
        goldens?.Dispose();
        gradients?.Dispose();
        if (model.IsValueCreated)
        {
            model.Value.Dispose();
        }
    }

    private Figure Load()
    {
        long parameters = model.Value.Plan.Weights().Where(weight => weight.Trained).Sum(weight => weight.Shape.Aggregate(1L, (count, size) => count * size));
        string path = Path.Combine(folder, "golden.json");
        if (!File.Exists(path))
        {
            return Figure.Ok;
        }

        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return !document.RootElement.TryGetProperty("params", out var expected) || expected.GetInt64() == parameters
            ? Figure.Ok
            : new Figure(false, $"{parameters}/{expected.GetInt64()}");
    }

    private Figure Logits(string name)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var rows = new GoldenCase(goldens!, name);
        return Figure.AtMost(rows.Difference(model.Value.Logits(rows.Hidden(model.Value), null), goldens!.Floats($"{name}.logits")), 1e-4);
    }

    private Figure Hidden(string name)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var rows = new GoldenCase(goldens!, name);
        double worst = 0;
        int seen = 0;
        rows.Hidden(model.Value, trace: (index, hidden) =>
        {
            if (goldens!.Has($"{name}.hidden.{index}"))
            {
                worst = Math.Max(worst, rows.Difference(hidden, goldens.Floats($"{name}.hidden.{index}")));
                seen++;
            }
        });
        int expected = goldens!.Names.Count(golden => golden.StartsWith($"{name}.hidden.", StringComparison.Ordinal));
        return seen == expected ? Figure.AtMost(worst, 1e-4) : Figure.Count(seen, expected);
    }

    private Figure Loss(string name)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var rows = new GoldenCase(goldens!, name);
        long[] labels = goldens!.Integers($"{name}.labels");
        double loss = rows.TokenLosses(model.Value.Logits(rows.Hidden(model.Value), null), labels).Sum() / rows.Scored(labels);
        return Figure.AtMost(Math.Abs(loss - goldens.Floats($"{name}.loss")[0]), 1e-5);
    }

    private Figure TokenLoss(string name)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        var rows = new GoldenCase(goldens!, name);
        double[] losses = rows.TokenLosses(model.Value.Logits(rows.Hidden(model.Value), null), goldens!.Integers($"{name}.labels"));
        float[] expected = goldens.Floats($"{name}.token_loss");
        return Figure.AtMost(losses.Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second)), 5e-5);
    }

    private Figure Gradients()
    {
        string[] labelled = [.. goldens!.Cases("labels")];
        string name = labelled.Contains("right") ? "right" : labelled.Single();
        var rows = new GoldenCase(goldens, name);
        using var target = new ReferenceTarget(model.Value, null, fusedAttention: false);
        using var scope = NewDisposeScope();
        rows.MeanLoss(model.Value.Logits(rows.Hidden(model.Value), null), goldens.Integers($"{name}.labels")).backward();
        double worst = 0;
        foreach (string key in gradients!.Names)
        {
            var parameter = model.Value.Parameters[key];
            worst = Math.Max(worst, gradients.Difference(key, parameter.grad ?? zeros_like(parameter)));
        }

        return Figure.AtMost(worst, 2e-5);
    }
}
