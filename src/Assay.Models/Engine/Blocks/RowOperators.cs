using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>Row-wise arithmetic on tensors of the packed path; all sums in fp32.</summary>
internal static class RowOperators
{
    public static void AddBias(Tensor y, Tensor bias) => y.add_(bias);

    public static void Add(Tensor result, Tensor left, Tensor right)
    {
        if (!ReferenceEquals(result, left))
        {
            result.copy_(left);
        }

        result.add_(right);
    }

    public static void NormForward(NormKind kind, Tensor x, Tensor weight, Tensor? bias, double epsilon, Tensor y, Tensor statistics)
    {
        using var scope = NewDisposeScope();
        var values = x.to(ScalarType.Float32);
        var centred = kind is NormKind.Layer ? values - values.mean([-1], true) : values;
        var r = rsqrt(centred.square().mean([-1], true) + epsilon);
        statistics.narrow(1, 0, 1).copy_(r);
        statistics.narrow(1, 1, 1).copy_(kind is NormKind.Layer ? values.mean([-1], true) : zeros_like(r));
        var result = centred * r * weight;
        y.narrow(1, 0, x.shape[1]).copy_(bias is null ? result : result + bias);
    }

    public static void NormBackward(NormKind kind, Tensor x, Tensor weight, Tensor statistics, Tensor dy, Tensor dx, bool add)
    {
        using var scope = NewDisposeScope();
        var r = statistics.narrow(1, 0, 1);
        var normal = (x.to(ScalarType.Float32) - statistics.narrow(1, 1, 1)) * r;
        var g = dy.narrow(1, 0, x.shape[1]).to(ScalarType.Float32) * weight;
        var d = g - (normal * (g * normal).mean([-1], true));
        if (kind is NormKind.Layer)
        {
            d -= g.mean([-1], true);
        }

        d *= r;
        if (add)
        {
            dx.add_(d);
        }
        else
        {
            dx.copy_(d);
        }
    }

    public static void Rotate(Tensor heads, int count, int width, RotaryAngles angles, int[] positions, bool back)
    {
        using var scope = NewDisposeScope();
        int half = (int)angles.Cos.shape[1];
        var index = tensor(Array.ConvertAll(positions, position => (long)position));
        var cos = angles.Cos.index_select(0, index).unsqueeze(1);
        var sin = angles.Sin.index_select(0, index).unsqueeze(1) * (back ? -1 : 1);
        for (int head = 0; head < count; head++)
        {
            var left = heads.narrow(1, head * width, half);
            var right = heads.narrow(1, (head * width) + half, half);
            var (a, b) = (left.to(ScalarType.Float32, copy: true), right.to(ScalarType.Float32, copy: true));
            left.copy_((a * cos.squeeze(1)) - (b * sin.squeeze(1)));
            right.copy_((b * cos.squeeze(1)) + (a * sin.squeeze(1)));
        }
    }

    public static void GatedForward(Activation act, Tensor gateUp, Tensor y)
    {
        using var scope = NewDisposeScope();
        long width = gateUp.shape[1] / 2;
        y.narrow(1, 0, width).copy_(Activate(act, gateUp.narrow(1, 0, width).to(ScalarType.Float32)) * gateUp.narrow(1, width, width).to(ScalarType.Float32));
    }

    public static void GatedBackward(Activation act, Tensor gateUp, Tensor dy, Tensor y)
    {
        using var scope = NewDisposeScope();
        long width = gateUp.shape[1] / 2;
        var (gate, up) = (gateUp.narrow(1, 0, width), gateUp.narrow(1, width, width));
        var (g, u, d) = (gate.to(ScalarType.Float32, copy: true), up.to(ScalarType.Float32, copy: true), dy.narrow(1, 0, width).to(ScalarType.Float32));
        var value = Activate(act, g);
        y.narrow(1, 0, width).copy_(value * u);
        up.copy_(d * value);
        gate.copy_(d * u * Derivative(act, g));
    }

    public static void PlainForward(Activation act, Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        y.narrow(1, 0, x.shape[1]).copy_(Activate(act, x.to(ScalarType.Float32)));
    }

    public static void PlainBackward(Activation act, Tensor x, Tensor dy, Tensor y)
    {
        using var scope = NewDisposeScope();
        var values = x.to(ScalarType.Float32, copy: true);
        y.narrow(1, 0, x.shape[1]).copy_(Activate(act, values));
        x.copy_(dy.narrow(1, 0, x.shape[1]).to(ScalarType.Float32) * Derivative(act, values));
    }

    /// <summary>Scores become probabilities in place; row r is query r mod n of head r div n.</summary>
    public static void CausalSoftmax(Tensor scores, AttentionShape shape, float[]? slopes)
    {
        using var scope = NewDisposeScope();
        long n = scores.shape[1];
        var values = scores.to(ScalarType.Float32).view(-1, n, n) * shape.Scale;
        if (slopes is not null)
        {
            values += tensor(slopes).view(-1, 1, 1) * arange(n, ScalarType.Float32);
        }

        if (shape.SoftCap is { } cap)
        {
            values = (values / cap).tanh() * cap;
        }

        values += full([n, n], float.NegativeInfinity).triu(1);
        if (shape.Window is { } window && window < n)
        {
            values += full([n, n], float.NegativeInfinity).tril(-window);
        }

        scores.copy_(values.softmax(-1).view(-1, n));
    }

    /// <summary>Gradients of probabilities become gradients of query · key, in place.</summary>
    public static void SoftmaxBackward(Tensor probabilities, Tensor gradients, Tensor? raw, AttentionShape shape)
    {
        using var scope = NewDisposeScope();
        var p = probabilities.to(ScalarType.Float32);
        var d = gradients.to(ScalarType.Float32);
        var result = p * (d - (p * d).sum(-1, true)) * shape.Scale;
        if (raw is not null)
        {
            result *= 1 - (raw.to(ScalarType.Float32) * (shape.Scale / shape.SoftCap!.Value)).tanh().square();
        }

        gradients.copy_(result);
    }

    /// <summary>logits become (softmax − onehot) · factor.</summary>
    public static void CrossEntropy(Tensor logits, int[] targets, double factor, Span<double> losses)
    {
        using var scope = NewDisposeScope();
        var values = logits.to(ScalarType.Float32).log_softmax(-1);
        var index = tensor(Array.ConvertAll(targets, target => (long)target)).unsqueeze(1);
        float[] chosen = values.gather(1, index).data<float>().ToArray();
        for (int row = 0; row < targets.Length; row++)
        {
            losses[row] = -chosen[row];
        }

        var p = values.exp();
        p.scatter_add_(1, index, full([targets.Length, 1], -1f));
        logits.copy_(p * factor);
    }

    private static Tensor Activate(Activation act, Tensor x) => act switch
    {
        Activation.Silu => nn.functional.silu(x),
        Activation.Gelu => nn.functional.gelu(x),
        _ => 0.5 * x * (1 + (Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x.pow(3)))).tanh()),
    };

    private static Tensor Derivative(Activation act, Tensor x)
    {
        switch (act)
        {
            case Activation.Silu:
                var s = x.sigmoid();
                return s * (1 + (x * (1 - s)));
            case Activation.Gelu:
                return (0.5 * (1 + (x / Math.Sqrt(2)).erf())) + (x * (-0.5 * x * x).exp() / Math.Sqrt(2 * Math.PI));
            default:
                double c = Math.Sqrt(2 / Math.PI);
                var t = (c * (x + (0.044715 * x.pow(3)))).tanh();
                return (0.5 * (1 + t)) + (0.5 * x * (1 - (t * t)) * c * (1 + (3 * 0.044715 * x * x)));
        }
    }
}
