using Assay.Data.Formats;
using Assay.Data.Planning;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Engine;
using Assay.Models.Training;
using Assay.Testing;

namespace Assay.Worker.Tests.Training;

/// <summary>A real trained model fine-tuned on both paths: bf16 products may round, the learning must be the same.</summary>
public sealed class PackedCurveTests
{
    [Fact]
    public void Two_hundred_bf16_steps_learn_what_the_reference_path_learns()
    {
        using var model = BaseModel.Load(Path.Combine(Repository.Root, "models", "starter"));
        double[] reference = Losses(model, TrainingPath.Reference, null);
        double[] packed = Losses(model, TrainingPath.Packed, FrozenFormat.Bf16);

        Assert.True(reference[^20..].Average() < 0.5 * reference[0], $"nothing was learnt: {reference[0]} → {reference[^20..].Average()}");
        for (int window = 0; window < reference.Length; window += 20)
        {
            double expected = reference[window..(window + 20)].Average(), actual = packed[window..(window + 20)].Average();
            Assert.True(Math.Abs(actual - expected) <= 0.01 * expected, $"steps {window + 1} to {window + 20}: {expected} on the reference path, {actual} on the packed path");
        }
    }

    private static double[] Losses(BaseModel model, TrainingPath path, FrozenFormat? format)
    {
        var encoder = new RecordEncoder(model.Tokenizer, model.Template, model.TokenizerConfig, new RecordEncoding(64));
        TrainingSample[] samples = [.. Enumerable.Range(0, 60).Select(index => TrainingSample.Of(encoder.Encode(
            $"What does member {index} return?",
            index % 3 == 0 ? $"It returns the value {index} as a number." : index % 3 == 1 ? "It returns nothing and closes the stream." : $"A text of {index} letters that names the file.")))];
        using var adapter = LoraAdapter.Create(model.Plan, PeftAdapterConfig.Create("starter", 4, 8, []), 1);
        var (target, _) = AdapterTarget.Open(model, adapter, path, format);
        using var owned = target;
        using var trainer = new Trainer(target, new SampleData(samples, 4, 1, 1), new TrainOptions { Steps = 200, LearningRate = 1e-3 }, TimeProvider.System);
        var losses = new List<double>();
        trainer.Run(step => losses.Add(step.Loss), new TrainingControl());
        return [.. losses];
    }
}
