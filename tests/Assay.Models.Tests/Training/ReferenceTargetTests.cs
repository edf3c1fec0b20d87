using Assay.Models.Engine.Native;
using Assay.Models.Training;
using static TorchSharp.torch;

namespace Assay.Models.Tests.Training;

public sealed class ReferenceTargetTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Computing_on_copies_trains_the_same_bytes_as_in_place(bool whole)
    {
        // The way to another device: the optimiser's tensors stay, copies compute. Here the copies are in this memory, too.
        var (losses, weights) = Train(whole, device: null);
        var (copiedLosses, copiedWeights) = Train(whole, CPU);

        Assert.Equal(losses, copiedLosses);
        Assert.Equal(weights, copiedWeights);
        Assert.True(losses[^1] < losses[0], $"{losses[0]} → {losses[^1]}");
    }

    [Theory]
    [InlineData("tpu", "is no device")]
    [InlineData("cuda:x", "is no device")]
    [InlineData("cuda", "cannot be used")]
    public void A_device_that_is_not_there_is_refused(string name, string reason)
    {
        if (name == "cuda" && TryInitializeDeviceType(TorchSharp.DeviceType.CUDA) && cuda.is_available())
        {
            Assert.Skip("This machine has the device.");
        }

        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => TensorDevice.Find(name)).Message, StringComparison.Ordinal);
        Assert.Null(TensorDevice.Find("cpu"));
    }

    private static (double[] Losses, float[] Weights) Train(bool whole, Device? device)
    {
        using var model = TinyModel.Create();
        using var adapter = TinyModel.Adapter(model.Plan, dropout: 0.1);
        using var target = new ReferenceTarget(model, whole ? null : adapter, fusedAttention: false, device);
        using var trainer = new Trainer(
            target,
            new SampleData(TinyModel.Counting(16), 4, 1, 1),
            new TrainOptions { Steps = 8, LearningRate = 3e-3, WeightDecay = 0.01, Noise = new EmbeddingNoise(0.1, 1) },
            TimeProvider.System);
        var losses = new List<double>();
        trainer.Run(step => losses.Add(step.Loss), new TrainingControl());
        return ([.. losses], [.. target.Parameters.SelectMany(parameter => parameter.Value.detach().data<float>().ToArray())]);
    }
}
