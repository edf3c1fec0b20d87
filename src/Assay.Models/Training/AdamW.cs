using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Native;
using static TorchSharp.torch;

namespace Assay.Models.Training;

/// <summary>Adam with decoupled weight decay, step for step as torch's.</summary>
/// <remarks>Loshchilov and Hutter 2019, arXiv:1711.05101. Bias corrections in double; decay applies to every trained tensor.</remarks>
public sealed class AdamW : IDisposable
{
    private readonly TrainOptions options;
    private readonly List<Moments> moments;

    /// <param name="parameters">Trained tensors, contiguous fp32 in this machine's memory.</param>
    /// <param name="options">β₁, β₂, ε, λ, and the factor of B matrices.</param>
    public AdamW(IEnumerable<TrainedTensor> parameters, TrainOptions options)
    {
        this.options = options;
        parameters = parameters.ToList();
        if (parameters.FirstOrDefault(parameter => parameter.Value.dtype != ScalarType.Float32 || !parameter.Value.is_contiguous() || parameter.Value.device_type != TorchSharp.DeviceType.CPU) is { } odd)
        {
            throw new ArgumentException($"'{odd.Name}' must be contiguous fp32 in this machine's memory.", nameof(parameters));
        }

        moments = [.. parameters.Select(parameter => new Moments(
            parameter,
            zeros_like(parameter.Value).DetachFromDisposeScope(),
            zeros_like(parameter.Value).DetachFromDisposeScope()))];
    }

    /// <summary>Per trained tensor: the tensor, the running mean of its gradient, and of the gradient's square.</summary>
    public IEnumerable<(string Name, Tensor Value, Tensor First, Tensor Second)> State =>
        moments.Select(moment => (moment.Trained.Name, moment.Trained.Value, moment.First, moment.Second));

    /// <summary>Norm of all gradients together, summed in double in a fixed order.</summary>
    public unsafe double GradientNorm()
    {
        double squares = 0;
        foreach (var (trained, _, _) in moments)
        {
            using var gradient = Near(trained);
            if (gradient is not null)
            {
                squares += SumOfSquares.Of((Fp32*)AotiTorch.Pointer(gradient), gradient.numel());
            }
        }

        return Math.Sqrt(squares);
    }

    /// <summary>Updates every tensor that has a gradient.</summary>
    /// <param name="step">t, from 1.</param>
    /// <param name="rate">η of this step.</param>
    /// <param name="gradientFactor">Factor on the gradients, from clipping.</param>
    public unsafe void Step(int step, double rate, double gradientFactor)
    {
        var rates = At(rate);
        var faster = At(rate * options.LoraPlusRatio);
        foreach (var (trained, first, second) in moments)
        {
            using var gradient = Near(trained);
            if (gradient is not null)
            {
                AdamWStep.Run(Floats(trained.Value), Floats(gradient), Floats(first), Floats(second), trained.Value.numel(), trained.Name.EndsWith(".lora_B.weight", StringComparison.Ordinal) ? faster : rates);
            }
        }

        AdamWRates At(double peak) => AdamWRates.At(step, peak, (options.Beta1, options.Beta2), options.Epsilon, options.WeightDecay, gradientFactor);
    }

    public void Dispose()
    {
        foreach (var moment in moments)
        {
            moment.First.Dispose();
            moment.Second.Dispose();
        }
    }

    private static unsafe float* Floats(Tensor tensor) => (float*)AotiTorch.Pointer(tensor);

    /// <summary>The gradient, contiguous and in this machine's memory. Every look at a gradient makes a handle that keeps its memory until it is disposed.</summary>
    private static Tensor? Near(TrainedTensor trained)
    {
        var gradient = trained.Gradient();
        if (gradient is null || (gradient.device_type == TorchSharp.DeviceType.CPU && gradient.is_contiguous()))
        {
            return gradient;
        }

        using (gradient)
        {
            using var near = gradient.cpu();
            return near.contiguous();
        }
    }

    private sealed record Moments(TrainedTensor Trained, Tensor First, Tensor Second);
}
