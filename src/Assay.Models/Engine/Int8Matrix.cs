using Assay.Models.Engine.Blocks;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Native;
using Assay.Models.Engine.Plans;
using static TorchSharp.torch;

namespace Assay.Models.Engine;

/// <summary>A matrix kept in 8 bits with one scale per row; activations and gradients are rounded to 8 bits row by row for each product. Adapter columns stay bf16.</summary>
/// <remarks>Twice as many operations a second as bf16, and an error of about 1 % per product: an option whose quality is to be looked at, see <c>docs/log.md</c>.</remarks>
internal sealed unsafe class Int8Matrix : FrozenMatrix
{
    // Rows per product, so that the 32-bit sums stay in cache until they are scaled.
    private const int Chunk = 256;

    private readonly Tensor codes;
    private readonly Tensor transposed;
    private readonly Tensor scales;
    private readonly Tensor columnsTransposed;
    private readonly BufferArena arena;

    /// <param name="plan">Which hub layers fill which rows.</param>
    /// <param name="rank">R, columns to leave for adapters.</param>
    /// <param name="source">Reads weights.</param>
    /// <param name="arena">Buffers shared by all matrices; not owned.</param>
    /// <exception cref="NotSupportedException">This processor's 8-bit products are not exact.</exception>
    public Int8Matrix(LinearPlan plan, int rank, WeightSource source, BufferArena arena)
        : base(plan, rank, source)
    {
        Int8Products.Require();
        this.arena = arena;
        codes = empty([plan.Out, plan.In], ScalarType.Int8).DetachFromDisposeScope();
        transposed = codes.t().DetachFromDisposeScope();
        scales = empty([plan.Out], ScalarType.Float32).DetachFromDisposeScope();
        Columns = zeros(plan.Out, rank, ScalarType.BFloat16).DetachFromDisposeScope();
        columnsTransposed = Columns.t().DetachFromDisposeScope();
        ForEachPart((block, first, order) =>
        {
            using var stored = source.Read(block.Module.Weights.First());
            using var rows = block.Module.Transposed ? stored.t() : stored.alias();
            using var ordered = InEngineOrder(rows, order);
            using var values = ordered.to(ScalarType.Float32);
            using var dense = values.contiguous();
            Int8Rows.Quantise(
                RowOperators.Rows<Fp32>(dense),
                null,
                RowOperators.Pointer<sbyte>(codes) + ((long)first * plan.In),
                RowOperators.Pointer<float>(scales) + first,
                RowOperators.Size(dense));
        });
    }

    /// <inheritdoc/>
    public override Tensor Columns { get; }

    /// <inheritdoc/>
    public override long Bytes => codes.numel() + (2 * Columns.numel()) + (4 * (scales.numel() + (Bias?.numel() ?? 0)));

    /// <inheritdoc/>
    public override void Multiply(Tensor x, Tensor? u, Tensor y)
    {
        if (u is not null)
        {
            AotiTorch.MatMul(y, u, columnsTransposed);
        }

        Run(x, null, transposed, RowOperators.Pointer<float>(scales), y, new RowSize(Plan.In, Plan.Out), accumulate: u is not null);
    }

    /// <inheritdoc/>
    public override void MultiplyBack(Tensor dy, Tensor dx, int rank)
    {
        if (rank > 0)
        {
            using var last = dx.narrow(1, Plan.In, rank);
            AotiTorch.MatMul(last, dy, Columns);
        }

        // The rows' scales are factors of dy's columns, so the same codes serve both directions.
        Run(dy, RowOperators.Pointer<float>(scales), codes, null, dx, new RowSize(Plan.Out, Plan.In), accumulate: false);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        columnsTransposed.Dispose();
        Columns.Dispose();
        scales.Dispose();
        transposed.Dispose();
        codes.Dispose();
    }

    // y (+)= (x ⊙ factors) · right ⊙ columnScales in chunks of rows; the shape is that of the right matrix.
    private void Run(Tensor x, float* factors, Tensor right, float* columnScales, Tensor y, RowSize shape, bool accumulate)
    {
        var source = RowOperators.Rows<Bf16>(x);
        var target = RowOperators.Rows<Bf16>(y);
        int count = (int)x.shape[0];
        for (int first = 0; first < count; first += Chunk)
        {
            int rows = Math.Min(Chunk, count - first);
            var left = arena.Get("codes", BufferArena.Shared, ScalarType.Int8, rows, shape.Count);
            var rowScales = RowOperators.Pointer<float>(arena.Get("scales", BufferArena.Shared, ScalarType.Float32, 1, rows));
            var sums = arena.Get("sums", BufferArena.Shared, ScalarType.Int32, rows, shape.Width);
            Int8Rows.Quantise(new Rows<Bf16>(source[first], source.Stride), factors, RowOperators.Pointer<sbyte>(left), rowScales, new RowSize(rows, shape.Count));
            AotiTorch.IntMatMul(sums, left, right);
            Int8Rows.Expand(RowOperators.Pointer<int>(sums), rowScales, columnScales, new Rows<Bf16>(target[first], target.Stride), new RowSize(rows, shape.Width), accumulate);
        }
    }
}
