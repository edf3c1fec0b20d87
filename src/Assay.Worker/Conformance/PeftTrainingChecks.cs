using System.Text.Json.Nodes;
using Assay.Models.Adapters;
using Assay.Models.Reference;
using Assay.Models.Training;
using static TorchSharp.torch;

namespace Assay.Worker.Conformance;

/// <summary>Repeats a recorded PEFT training run through the product's own loop.</summary>
internal sealed class PeftTrainingChecks : IDisposable
{
    private const string GradientPrefix = "grad_step0.base_model.model.";

    private readonly string folder;
    private readonly JsonNode? recorded;
    private readonly Lazy<ReferenceModel> model;
    private readonly GoldenTensors? goldens;
    private readonly Lazy<Trace> trace;

    /// <param name="folder">Adapter golden folder.</param>
    /// <param name="recorded"><c>training</c> of its <c>golden.json</c>.</param>
    /// <param name="model">The base.</param>
    public PeftTrainingChecks(string folder, JsonNode? recorded, Lazy<ReferenceModel> model)
    {
        (this.folder, this.recorded, this.model) = (folder, recorded, model);
        goldens = recorded is null ? null : GoldenTensors.Open(Path.Combine(folder, "golden_training.safetensors"));
        trace = new Lazy<Trace>(Train);
    }

    /// <summary>All checks in the order they are printed.</summary>
    public IEnumerable<Check> All()
    {
        if (goldens is null)
        {
            yield break;
        }

        yield return new Check("schedule", Schedule);
        yield return new Check("train_loss@reference", () => Figure.AtMost(Worst("loss_per_step", trace.Value.Events.Select(step => step.Loss), relative: false), 1e-5));
        yield return new Check("train_grad_norm@reference", () => Figure.AtMost(Worst("grad_norm_per_step_before_clip", trace.Value.Events.Select(step => step.GradientNorm), relative: true), 1e-4));
        yield return new Check("train_grads@reference", Gradients);
        yield return new Check("train_final@reference", Final);
        foreach (string name in goldens.Names.Where(key => key.StartsWith("final.", StringComparison.Ordinal) && key.EndsWith(".logits", StringComparison.Ordinal)).Select(key => key["final.".Length..^".logits".Length]))
        {
            yield return new Check($"train_logits.{name}@reference", () => Logits(name));
        }
    }

    public void Dispose()
    {
        goldens?.Dispose();
        if (trace.IsValueCreated)
        {
            trace.Value.Adapter.Dispose();
        }
    }

    private double[] Recorded(string field) => [.. recorded![field]!.AsArray().Select(value => value!.GetValue<double>())];

    private TrainOptions Options()
    {
        double[] rates = Recorded("lr_per_step");
        int warmup = 1 + Array.IndexOf(rates, rates.Max());
        string kind = recorded!["schedule"]!.GetValue<string>();
        return new TrainOptions
        {
            Steps = recorded["steps"]!.GetValue<int>(),
            Accumulation = recorded["grad_accumulation"]!.GetValue<int>(),
            LearningRate = recorded["lr"]!.GetValue<double>(),
            Schedule = kind switch
            {
                "const" => new LearningRateSchedule(ScheduleKind.Constant, 0),
                "warmup_linear" => new LearningRateSchedule(ScheduleKind.Linear, warmup),
                "cosine_warmup" => new LearningRateSchedule(ScheduleKind.Cosine, warmup),
                _ => throw new NotSupportedException($"schedule '{kind}'"),
            },
            ClipNorm = recorded["clip_grad_norm"]?.GetValue<double>(),
            WeightDecay = recorded["weight_decay"]!.GetValue<double>(),
            Beta1 = Recorded("betas")[0],
            Beta2 = Recorded("betas")[1],
            Epsilon = recorded["eps"]!.GetValue<double>(),
            Normalisation = LossNormalisation.MicroBatch,
        };
    }

    private Figure Schedule()
    {
        var options = Options();
        double[] rates = Recorded("lr_per_step");
        double worst = rates.Select((rate, index) => Math.Abs((options.LearningRate * options.Schedule.Factor(index + 1, options.Steps)) - rate) / rate).Max();
        return Figure.AtMost(worst, 1e-9);
    }

    private double Worst(string field, IEnumerable<double> own, bool relative)
    {
        double[] values = [.. own];
        double[] expected = Recorded(field);
        return values.Length != expected.Length
            ? double.PositiveInfinity
            : values.Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second) / (relative ? Math.Abs(pair.Second) : 1));
    }

    private Trace Train()
    {
        var adapter = PeftAdapterFile.Load(Path.Combine(folder, "train_init_adapter"), model.Value.Plan);
        var options = Options();
        using var target = new ReferenceTarget(model.Value, adapter, fusedAttention: false);
        using var trainer = new Trainer(target, new RecordedBatches(goldens!, options.Accumulation), options, TimeProvider.System);
        var events = new List<TrainingEvent>();
        trainer.Run(events.Add, new TrainingControl());
        return new Trace(adapter, events);
    }

    private Figure Gradients()
    {
        using var adapter = PeftAdapterFile.Load(Path.Combine(folder, "train_init_adapter"), model.Value.Plan);
        using var target = new ReferenceTarget(model.Value, adapter, fusedAttention: false);
        using var scope = NewDisposeScope();
        int accumulation = Options().Accumulation;
        var batches = new RecordedBatches(goldens!, accumulation);
        for (int micro = 0; micro < accumulation; micro++)
        {
            var batch = batches.Batch(1, micro);
            (target.SumLoss(batch, null) / ((double)batch.Supervised * accumulation)).backward();
        }

        double worst = 0;
        int seen = 0;
        foreach (var (name, value, _) in target.Parameters)
        {
            string key = GradientPrefix + name.Replace(".weight", ".default.weight", StringComparison.Ordinal);
            worst = Math.Max(worst, goldens!.Has(key) ? goldens.Difference(key, value.grad ?? zeros_like(value)) : double.PositiveInfinity);
            seen++;
        }

        int expected = goldens!.Names.Count(key => key.StartsWith(GradientPrefix, StringComparison.Ordinal));
        return seen == expected ? Figure.AtMost(worst, 2e-5) : Figure.Count(seen, expected);
    }

    private Figure Final()
    {
        using var expected = PeftAdapterFile.Load(Path.Combine(folder, "train_final_adapter"), model.Value.Plan);
        double worst = trace.Value.Adapter.Parameters.Zip(expected.Parameters)
            .Max(pair => (pair.First.Value.detach() - pair.Second.Value).abs().max().item<float>());
        return Figure.AtMost(worst, 1e-4);
    }

    private Figure Logits(string name)
    {
        using var off = no_grad();
        using var scope = NewDisposeScope();
        string inputs = goldens!.Has($"final.{name}.input_ids") ? $"final.{name}" : name;
        var rows = new GoldenCase(goldens, inputs);
        return Figure.AtMost(rows.Difference(model.Value.Logits(rows.Hidden(model.Value, trace.Value.Adapter)), goldens.Floats($"final.{name}.logits")), 1e-4);
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
