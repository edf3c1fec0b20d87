using static TorchSharp.torch;

namespace Assay.Models.Training;

/// <summary>Adam with decoupled weight decay, step for step as torch's.</summary>
/// <remarks>Loshchilov and Hutter 2019, arXiv:1711.05101. Bias corrections in double; decay applies to every trained tensor.</remarks>
public sealed class AdamW : IDisposable
{
    private readonly TrainOptions options;
    private readonly List<Moments> moments;

    /// <param name="parameters">Trained tensors, fp32.</param>
    /// <param name="options">β₁, β₂, ε, λ.</param>
    public AdamW(IEnumerable<TrainedTensor> parameters, TrainOptions options)
    {
        this.options = options;
        moments = [.. parameters.Select(parameter => new Moments(
            parameter,
            zeros_like(parameter.Value).DetachFromDisposeScope(),
            zeros_like(parameter.Value).DetachFromDisposeScope()))];
    }

    /// <summary>Per trained tensor: the tensor, the running mean of its gradient, and of the gradient's square.</summary>
    public IEnumerable<(string Name, Tensor Value, Tensor First, Tensor Second)> State =>
        moments.Select(moment => (moment.Trained.Name, moment.Trained.Value, moment.First, moment.Second));

    /// <summary>Norm of all gradients together, summed in double in a fixed order.</summary>
    public double GradientNorm()
    {
        double squares = 0;
        foreach (var moment in moments)
        {
            // Every look at a gradient makes a handle that keeps its memory until it is disposed.
            using var gradient = moment.Trained.Gradient();
            if (gradient is not null)
            {
                using var near = gradient.cpu();
                using var dense = near.contiguous();
                foreach (float value in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(dense.bytes))
                {
                    squares += (double)value * value;
                }
            }
        }

        return Math.Sqrt(squares);
    }

    /// <summary>Updates every tensor that has a gradient.</summary>
    /// <param name="step">t, from 1.</param>
    /// <param name="rate">η of this step.</param>
    /// <param name="gradientFactor">Factor on the gradients, from clipping.</param>
    public void Step(int step, double rate, double gradientFactor)
    {
        using var off = no_grad();
        double firstCorrection = 1 - Math.Pow(options.Beta1, step);
        double secondCorrection = Math.Sqrt(1 - Math.Pow(options.Beta2, step));
        foreach (var (trained, first, second) in moments)
        {
            using var gradient = trained.Gradient();
            if (gradient is null)
            {
                continue;
            }

            using var scope = NewDisposeScope();
            if (gradientFactor != 1)
            {
                gradient.mul_(gradientFactor);
            }

            var value = trained.Value;
            value.mul_(1 - (rate * options.WeightDecay));
            first.mul_(options.Beta1).add_(gradient, 1 - options.Beta1);
            second.mul_(options.Beta2).addcmul_(gradient, gradient, 1 - options.Beta2);
            value.addcdiv_(first, second.sqrt().div_(secondCorrection).add_(options.Epsilon), -rate / firstCorrection);
        }
    }

    public void Dispose()
    {
        foreach (var moment in moments)
        {
            moment.First.Dispose();
            moment.Second.Dispose();
        }
    }

    private sealed record Moments(TrainedTensor Trained, Tensor First, Tensor Second);
}
