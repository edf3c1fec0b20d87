using System.Text.Json.Nodes;
using Assay.Models.Training;

namespace Assay.Worker.Conformance;

/// <summary>A training run that PEFT carried out, as <c>golden.json</c> describes it.</summary>
/// <param name="Options">Its settings.</param>
/// <param name="Losses">Loss of every step.</param>
/// <param name="Norms">Gradient norm of every step before clipping, or null where none were recorded.</param>
/// <param name="Rates">Learning rate of every step, or null likewise.</param>
internal sealed record RecordedRun(TrainOptions Options, IReadOnlyList<double> Losses, IReadOnlyList<double>? Norms, IReadOnlyList<double>? Rates)
{
    /// <summary>Reads the <c>training</c> object of a folder below <c>peft/</c>.</summary>
    public static RecordedRun OfPeft(JsonNode training)
    {
        double[] rates = Numbers(training, "lr_per_step");
        string kind = training["schedule"]!.GetValue<string>();
        int warmup = 1 + Array.IndexOf(rates, rates.Max());
        var options = new TrainOptions
        {
            Steps = training["steps"]!.GetValue<int>(),
            Accumulation = training["grad_accumulation"]!.GetValue<int>(),
            LearningRate = training["lr"]!.GetValue<double>(),
            Schedule = kind switch
            {
                "const" => new LearningRateSchedule(ScheduleKind.Constant, 0),
                "warmup_linear" => new LearningRateSchedule(ScheduleKind.Linear, warmup),
                "cosine_warmup" => new LearningRateSchedule(ScheduleKind.Cosine, warmup),
                _ => throw new NotSupportedException($"schedule '{kind}'"),
            },
            ClipNorm = training["clip_grad_norm"]?.GetValue<double>(),
            WeightDecay = training["weight_decay"]!.GetValue<double>(),
            Beta1 = Numbers(training, "betas")[0],
            Beta2 = Numbers(training, "betas")[1],
            Epsilon = training["eps"]!.GetValue<double>(),
            Normalisation = LossNormalisation.MicroBatch,
        };
        return new RecordedRun(options, Numbers(training, "loss_per_step"), Numbers(training, "grad_norm_per_step_before_clip"), rates);
    }

    /// <summary>Reads <c>golden.json</c> of a folder below <c>nf4/</c>, whose runs all have the same settings.</summary>
    public static RecordedRun OfNf4(JsonNode golden)
    {
        double[] losses = Numbers(golden, "loss_per_step");
        return new RecordedRun(
            new TrainOptions
            {
                Steps = losses.Length,
                Accumulation = 1,
                LearningRate = 2e-3,
                Schedule = new LearningRateSchedule(ScheduleKind.Constant, 0),
                ClipNorm = null,
                WeightDecay = 0,
                Beta1 = 0.9,
                Beta2 = 0.999,
                Epsilon = 1e-8,
                Normalisation = LossNormalisation.MicroBatch,
            },
            losses,
            null,
            null);
    }

    private static double[] Numbers(JsonNode node, string field) => [.. node[field]!.AsArray().Select(value => value!.GetValue<double>())];
}
