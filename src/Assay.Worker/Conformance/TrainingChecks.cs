using Assay.Models.Adapters;
using Assay.Models.Training;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>Repeats a recorded PEFT training run through the product's own loop, on one computing path.</summary>
internal sealed class TrainingChecks : IDisposable
{
    private const string GradientPrefix = "grad_step0.base_model.model.";

    private readonly string folder;
    private readonly Lazy<RecordedRun> run;
    private readonly GoldenTensors? goldens;
    private readonly TrainingPath path;
    private readonly Lazy<Trace> trace;

    /// <param name="folder">Folder with <c>train_init_adapter</c> and <c>train_final_adapter</c>.</param>
    /// <param name="run">What was recorded; read when first needed.</param>
    /// <param name="goldens">Batches, gradients and logits; stays the caller's. Null has no checks.</param>
    /// <param name="path">What trains.</param>
    public TrainingChecks(string folder, Lazy<RecordedRun> run, GoldenTensors? goldens, TrainingPath path)
    {
        (this.folder, this.run, this.goldens, this.path) = (folder, run, goldens, path);
        trace = new Lazy<Trace>(Train);
    }

    /// <summary>The check of the learning rates, which no path computes.</summary>
    public static Check Schedule(Lazy<RecordedRun> run) => new("schedule", () =>
    {
        var (options, _, _, rates) = run.Value;
        return Figure.AtMost(rates!.Select((rate, index) => Math.Abs((options.LearningRate * options.Schedule.Factor(index + 1, options.Steps)) - rate) / rate).Max(), 1e-9);
    });

    /// <summary>All checks in the order they are printed.</summary>
    public IEnumerable<Check> All()
    {
        if (goldens is null)
        {
            yield break;
        }

        if (path.RelativeLossLimit is { } limit)
        {
            yield return new Check($"train_loss@{path.Name}", () => Figure.AtMost(Worst(run.Value.Losses, trace.Value.Events.Select(step => step.Loss), relative: true), limit));
            yield break;
        }

        yield return new Check($"train_loss@{path.Name}", () => Figure.AtMost(Worst(run.Value.Losses, trace.Value.Events.Select(step => step.Loss), relative: false), 1e-5));
        if (goldens.Names.Any(key => key.StartsWith(GradientPrefix, StringComparison.Ordinal)))
        {
            yield return new Check($"train_grad_norm@{path.Name}", () => Figure.AtMost(Worst(run.Value.Norms!, trace.Value.Events.Select(step => step.GradientNorm), relative: true), 1e-4));
            yield return new Check($"train_grads@{path.Name}", Gradients);
        }

        yield return new Check($"train_final@{path.Name}", Final);
        foreach (string name in goldens.Names.Where(key => key.StartsWith("final.", StringComparison.Ordinal) && key.EndsWith(".logits", StringComparison.Ordinal)).Select(key => key["final.".Length..^".logits".Length]))
        {
            yield return new Check($"train_logits.{name}@{path.Name}", () => Logits(name));
        }
    }

    public void Dispose()
    {
        if (trace.IsValueCreated)
        {
            trace.Value.Adapter.Dispose();
        }
    }

    /// <summary>Largest difference of two series; infinite when their lengths differ.</summary>
    public static double Worst(IReadOnlyList<double> expected, IEnumerable<double> own, bool relative)
    {
        double[] values = [.. own];
        return values.Length != expected.Count
            ? double.PositiveInfinity
            : values.Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second) / (relative ? Math.Abs(pair.Second) : 1));
    }

    private Trace Train()
    {
        var adapter = path.Load(Path.Combine(folder, "train_init_adapter"));
        using var target = path.Target(adapter);
        using var trainer = new Trainer(target, new RecordedBatches(goldens!, run.Value.Options.Accumulation), run.Value.Options, TimeProvider.System);
        var events = new List<TrainingEvent>();
        trainer.Run(events.Add, new TrainingControl());
        return new Trace(adapter, events);
    }

    private Figure Gradients()
    {
        var options = run.Value.Options;
        using var adapter = path.Load(Path.Combine(folder, "train_init_adapter"));
        using var target = path.Target(adapter);
        using var scope = NewDisposeScope();
        var batches = new RecordedBatches(goldens!, options.Accumulation);
        target.Accumulate(new TrainingStep(1, [.. Enumerable.Range(0, options.Accumulation).Select(micro => batches.Batch(1, micro))], options.Normalisation), () => false);
        double worst = 0;
        foreach (var parameter in target.Parameters)
        {
            string key = GradientPrefix + adapter.RunningName(parameter.Name);
            worst = Math.Max(worst, goldens!.Has(key) ? goldens.Difference(key, parameter.Gradient() ?? zeros_like(parameter.Value)) : double.PositiveInfinity);
        }

        int expected = goldens!.Names.Count(key => key.StartsWith(GradientPrefix, StringComparison.Ordinal));
        return target.Parameters.Count == expected ? Figure.AtMost(worst, 2e-5) : Figure.Count(target.Parameters.Count, expected);
    }

    private Figure Final()
    {
        using var expected = path.Load(Path.Combine(folder, "train_final_adapter"));
        var own = trace.Value.Adapter.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value, StringComparer.Ordinal);
        double worst = expected.Parameters.Max(parameter => own.TryGetValue(parameter.Name, out var value)
            ? (value.detach() - parameter.Value).abs().max().item<float>()
            : double.PositiveInfinity);
        return Figure.AtMost(worst, 1e-4);
    }

    private Figure Logits(string name)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        string inputs = goldens!.Has($"final.{name}.input_ids") ? $"final.{name}" : name;
        return Figure.AtMost(path.Logits(new GoldenCase(goldens, inputs), trace.Value.Adapter, goldens.Floats($"final.{name}.logits")), 1e-4);
    }

    private sealed record Trace(LoraAdapter Adapter, List<TrainingEvent> Events);

    private sealed class RecordedBatches(GoldenTensors goldens, int accumulation) : ITrainingData
    {
        public string ContentHash => "recorded";

        public TrainingBatch Batch(int step, int micro)
        {
            string name = $"batch{((step - 1) * accumulation) + micro}";
            return new GoldenCase(goldens, name).Batch(goldens.Integers($"{name}.labels"));
        }
    }
}
