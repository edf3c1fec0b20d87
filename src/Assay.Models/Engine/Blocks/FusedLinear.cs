using Assay.Models.Adapters;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>
/// One engine matrix with its adapters as extra product columns: x' = [x | u], u = x·Aᵀ, y = x'·[W | s·B]ᵀ + bias.
/// Backward: [dx₀ | du] = dy·[W | s·B], dx = dx₀ + du·A, dA += duᵀ·x, dB += s·dyᵀ·u on each adapter's own rows and columns.
/// </summary>
internal sealed class FusedLinear : IDisposable
{
    private readonly FrozenMatrix matrix;
    private readonly string role;
    private readonly int block;
    private readonly List<AdapterColumns> adapters = [];
    private readonly Tensor? a;
    private readonly Tensor? aTransposed;
    private readonly Tensor? aGradient;

    /// <param name="weights">Base.</param>
    /// <param name="plan">Which matrix.</param>
    /// <param name="adapter">Adapter to apply and train, or null.</param>
    /// <param name="role">Name of its buffers, unique among the matrices of a block.</param>
    /// <param name="block">Block index.</param>
    public FusedLinear(FrozenWeights weights, LinearPlan plan, LoraAdapter? adapter, string role, int block)
    {
        matrix = weights.Matrix(plan);
        (this.role, this.block) = (role, block);
        int row = 0;
        foreach (var part in plan.Rows)
        {
            if (adapter?.Find(part.Module.Name) is { } pair)
            {
                adapters.Add(new AdapterColumns(pair, part, row, Rank));
                Rank += pair.Rank;
            }

            row += part.Module.Out;
        }

        if (Rank != matrix.Rank && Rank > 0)
        {
            throw new ArgumentException($"The weights leave {matrix.Rank} columns beside '{plan.Rows[0].Module.Name}', and the adapter needs {Rank}: load the weights for this adapter.", nameof(adapter));
        }

        if (Rank > 0)
        {
            // As wide as x' with zeros at the end: products then read whole buffers, which oneDNN takes without a copy.
            a = zeros(Rank, In + Rank, weights.Operand).DetachFromDisposeScope();
            aTransposed = a.t().DetachFromDisposeScope();
            aGradient = zeros(Rank, In, ScalarType.Float32).DetachFromDisposeScope();
            adapters.ForEach(columns => columns.Attach(aGradient, part => part.narrow(0, columns.Column, columns.Pair.Rank)));
        }
    }

    /// <summary>K.</summary>
    public int In => matrix.Plan.In;

    /// <summary>O.</summary>
    public int Out => matrix.Plan.Out;

    /// <summary>R, columns in use.</summary>
    public int Rank { get; }

    /// <summary>The trained tensors with their gradients.</summary>
    public IEnumerable<EngineParameter> Parameters => adapters.SelectMany(columns => columns.Parameters);

    /// <summary>x', [N, K + R]; the caller fills the first K columns, before the forward call and again before the backward one unless they are kept.</summary>
    /// <param name="pass">The call.</param>
    /// <param name="kept">Whether a training call keeps them in each block, because nothing cheap could fill them again.</param>
    public Tensor Input(PackedPass pass, bool kept = false) =>
        kept ? pass.Kept($"{role}.x", block, In + Rank) : pass.Work($"{role}.x", In + Rank);

    /// <summary>[N, K + R]: where <see cref="BackwardInput"/> writes; x' itself may lie there where the backward call can make it again in place.</summary>
    public Tensor Gradient(PackedPass pass) => pass.Work($"{role}.dx", In + Rank);

    /// <summary>Copies the masters into the product operands; after every change of them.</summary>
    public void ParametersChanged()
    {
        foreach (var columns in adapters)
        {
            columns.WriteTo(matrix.Columns, a!);
        }
    }

    /// <summary>y = x'·W'ᵀ + bias.</summary>
    /// <param name="pass">The call.</param>
    /// <param name="x">As returned by <see cref="Input"/>, first K columns filled; the rest is filled here.</param>
    /// <param name="y">[N, O].</param>
    public void Forward(PackedPass pass, Tensor x, Tensor y)
    {
        Tensor? u = null;
        if (Rank > 0)
        {
            u = Projected(pass);
            using var last = x.narrow(1, In, Rank);
            if (Drops(pass))
            {
                adapters.ForEach(columns => columns.ProjectDropped(pass, x, a!, u));
            }
            else
            {
                // What an earlier call left there would be multiplied by zeros, but a NaN would survive that.
                last.zero_();
                AotiTorch.MatMul(u, x, aTransposed!);
            }

            last.copy_(u);
        }

        matrix.Multiply(x, u, y);
        if (matrix.Bias is { } bias)
        {
            RowOperators.AddBias(y, bias);
        }
    }

    /// <summary>Gradient of x, with the adapters' part.</summary>
    /// <param name="pass">The call.</param>
    /// <param name="dy">[N, O].</param>
    /// <returns>[N, K + R]: first dx, then what <see cref="BackwardAdapters"/> needs.</returns>
    public Tensor BackwardInput(PackedPass pass, Tensor dy)
    {
        var dx = Gradient(pass);
        matrix.MultiplyBack(dy, dx, Rank);
        if (Rank > 0)
        {
            var du = pass.Work($"{role}.du", Rank);
            using var last = dx.narrow(1, In, Rank);
            du.copy_(last);
            if (Drops(pass))
            {
                adapters.ForEach(columns => columns.AddDroppedInput(pass, du, a!, dx));
            }
            else
            {
                dx.addmm_(du, a!);
            }
        }

        return dx;
    }

    /// <summary>du alone, where nobody needs dx.</summary>
    public void BackwardNarrow(PackedPass pass, Tensor dy)
    {
        if (Rank > 0)
        {
            AotiTorch.MatMul(pass.Work($"{role}.du", Rank), dy, matrix.Columns);
        }
    }

    /// <summary>Adds the adapters' gradients; after <see cref="BackwardInput"/> or <see cref="BackwardNarrow"/>.</summary>
    /// <param name="pass">The call.</param>
    /// <param name="x">x' with its first K columns as in the forward call.</param>
    /// <param name="dy">[N, O].</param>
    public void BackwardAdapters(PackedPass pass, Tensor x, Tensor dy)
    {
        if (Rank == 0)
        {
            return;
        }

        var du = pass.Work($"{role}.du", Rank);
        if (Drops(pass))
        {
            adapters.ForEach(columns => columns.AddDroppedGradient(pass, du, x));
        }
        else
        {
            using var duTransposed = du.t();
            var da = pass.Work($"{role}.dA", Rank, In + Rank);
            AotiTorch.MatMul(da, duTransposed, x);
            using var columns = da.narrow(1, 0, In);
            aGradient!.add_(columns);
        }

        using var dyTransposed = dy.t();
        var db = pass.Work($"{role}.dB", Out, Rank);
        AotiTorch.MatMul(db, dyTransposed, Projected(pass));
        adapters.ForEach(columns => columns.AddGradient(db));
    }

    /// <summary>The whole backward call for a matrix whose <see cref="Input"/> the caller has filled again.</summary>
    /// <returns>dx in the first K columns, or null where not wanted.</returns>
    public Tensor? Backward(PackedPass pass, Tensor dy, bool needInput)
    {
        Tensor? dx = null;
        if (needInput)
        {
            dx = BackwardInput(pass, dy);
        }
        else
        {
            BackwardNarrow(pass, dy);
        }

        BackwardAdapters(pass, Input(pass), dy);
        return dx;
    }

    public void Dispose()
    {
        adapters.ForEach(columns => columns.Dispose());
        a?.Dispose();
        aTransposed?.Dispose();
        aGradient?.Dispose();
    }

    private bool Drops(PackedPass pass) => pass.DropoutStep is not null && adapters[0].Pair.Dropout is not null;

    private Tensor Projected(PackedPass pass) => pass.Kept($"{role}.u", block, Rank);
}
