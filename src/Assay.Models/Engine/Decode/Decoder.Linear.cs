using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Native;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Decode;

/// <content>Products with one engine matrix and the adapters of its rows.</content>
public sealed unsafe partial class Decoder
{
    // Below about this many weights a second thread costs more than it saves.
    private const int WeightsPerThread = 32_768;

    private readonly Action<int, int> product;
    private readonly Action<int, int> lowRank;
    private Job job;

    /// <summary>y = x Wᵀ + b, each row with its adapter.</summary>
    /// <param name="linear">W and b.</param>
    /// <param name="x">Inputs.</param>
    /// <param name="xStride">Floats from one input row to the next.</param>
    /// <param name="rowCount">Rows; <see cref="runs"/> says which adapter each has.</param>
    /// <param name="y">Outputs.</param>
    /// <param name="yStride">Floats from one output row to the next.</param>
    private void Linear(DecodeLinear linear, float* x, long xStride, int rowCount, float* y, long yStride)
    {
        if (rowCount > MostNarrowRows)
        {
            WideLinear(linear, x, xStride, rowCount, y, yStride);
            return;
        }

        job = new Job { Linear = linear, X = x, XStride = xStride, Arranged = x, ArrangedStride = xStride, Rows = rowCount, Y = y, YStride = yStride };
        if (Gemv.IsArranged(linear.Format))
        {
            job.Arranged = scratch.Floats(ScratchName.Arranged, (long)rowCount * linear.In);
            job.ArrangedStride = linear.In;
            for (int row = 0; row < rowCount; row++)
            {
                Gemv.Arrange(linear.Format, x + (row * xStride), linear.In, job.Arranged + ((long)row * linear.In));
            }
        }

        LowRankInputs(linear);
        team.Run(linear.Out, Math.Max(1, WeightsPerThread / linear.In), product);
    }

    /// <summary>u = x Aᵀ for every adapted row, ranks of a matrix's updates side by side.</summary>
    private void LowRankInputs(DecodeLinear linear)
    {
        if (runs.Count == 0)
        {
            return;
        }

        job.RankStride = runs.Max(run => run.Adapter.MaxRank);
        job.U = scratch.Floats(ScratchName.LowRank, (long)job.Rows * job.RankStride);
        team.Run(runs.Count, 1, lowRank);
    }

    private void LowRankRange(int first, int end)
    {
        for (int index = first; index < end; index++)
        {
            var run = runs[index];
            int offset = 0;
            foreach (var part in run.Adapter.Of(job.Linear))
            {
                var batch = new GemvBatch(job.X + (run.First * job.XStride), job.XStride, run.End - run.First, job.U + ((long)run.First * job.RankStride) + offset, job.RankStride);
                Gemv.Run(part.A, 0, part.Rank, batch);
                offset += part.Rank;
            }
        }
    }

    /// <summary>Outputs [first, end) of all rows: base, then adapters, then bias.</summary>
    private void ProductRange(int first, int end)
    {
        var linear = job.Linear;
        int start = 0;
        foreach (var part in linear.Parts)
        {
            int low = Math.Max(first, start);
            int high = Math.Min(end, start + part.Rows);
            if (low < high)
            {
                Gemv.Run(part, low - start, high - start, new GemvBatch(job.Arranged, job.ArrangedStride, job.Rows, job.Y + start, job.YStride));
            }

            start += part.Rows;
        }

        foreach (var run in runs)
        {
            int offset = 0;
            foreach (var part in run.Adapter.Of(linear))
            {
                int low = Math.Max(first - part.First, 0);
                int high = Math.Min(end - part.First, part.Outputs);
                for (int row = run.First; row < run.End && low < high; row++)
                {
                    LowRank.Add((float*)part.B, part.Outputs, job.U + ((long)row * job.RankStride) + offset, part.Rank, job.Y + (row * job.YStride) + part.First, (low, high));
                }

                if (part.Factors != 0 && low < high)
                {
                    Scale(part, run, (low, high));
                }

                offset += part.Rank;
            }
        }

        if (linear.Bias != 0)
        {
            float* bias = (float*)linear.Bias;
            for (int row = 0; row < job.Rows; row++)
            {
                float* y = job.Y + (row * job.YStride);
                for (int output = first; output < end; output++)
                {
                    y[output] += bias[output];
                }
            }
        }
    }

    private void Scale(AdapterPart part, AdapterRun run, (int Low, int High) outputs)
    {
        float* factors = (float*)part.Factors;
        for (int row = run.First; row < run.End; row++)
        {
            float* y = job.Y + (row * job.YStride) + part.First;
            for (int output = outputs.Low; output < outputs.High; output++)
            {
                y[output] *= factors[output];
            }
        }
    }

    private void WideLinear(DecodeLinear linear, float* x, long xStride, int rowCount, float* y, long yStride)
    {
        int first = 0;
        foreach (var part in linear.Parts)
        {
            if (part.Format is WeightFormat.Fp32 || !Bf16Products.AreNative)
            {
                WideFp32(part, x, xStride, rowCount, y + first, yStride);
            }
            else
            {
                WideBf16(part, x, xStride, rowCount, y + first, yStride);
            }

            first += part.Rows;
        }

        foreach (var run in runs)
        {
            foreach (var part in run.Adapter.Of(linear))
            {
                WideLowRank(part, x + (run.First * xStride), xStride, run.End - run.First, y + (run.First * yStride) + part.First, yStride);
            }
        }

        if (linear.Bias != 0)
        {
            RowArithmetic.AddBias(Rows(y, yStride), (Fp32*)linear.Bias, new RowSize(rowCount, linear.Out));
        }
    }

    private void WideFp32(in WeightRows part, float* x, long xStride, int rowCount, float* y, long yStride)
    {
        float* matrix = (float*)part.Data;
        if (part.Format is not WeightFormat.Fp32)
        {
            matrix = scratch.Floats(ScratchName.Matrix, (long)part.Rows * part.Inputs);
            Widen(part, matrix);
        }

        float* operand = Contiguous(x, xStride, rowCount, part.Inputs);
        float* result = yStride == part.Rows ? y : scratch.Floats(ScratchName.Product, (long)rowCount * part.Rows);
        MatMul(result, operand, matrix, (rowCount, part.Inputs, part.Rows), transposed: true);
        if (result != y)
        {
            RowArithmetic.Convert(Rows(result, part.Rows), Rows(y, yStride), new RowSize(rowCount, part.Rows));
        }
    }

    private static void Widen(WeightRows part, float* target) => ParallelFor.Run(part.Rows, MostNarrowRows, (first, end) =>
    {
        for (int row = first; row < end; row++)
        {
            WeightWriter.Read(part, row, new Span<float>(target + ((long)row * part.Inputs), part.Inputs));
        }
    });

    private void WideBf16(in WeightRows part, float* x, long xStride, int rowCount, float* y, long yStride)
    {
        ushort* matrix = (ushort*)part.Data;
        if (part.Format is not WeightFormat.Bf16)
        {
            matrix = (ushort*)scratch.Floats(ScratchName.Matrix, ((long)part.Rows * part.Inputs / 2) + 1);
            GemvWiden.ToBf16(part, matrix);
        }

        ushort* operand = (ushort*)scratch.Floats(ScratchName.Operand, ((long)rowCount * part.Inputs / 2) + 1);
        ushort* result = (ushort*)scratch.Floats(ScratchName.Product, ((long)rowCount * part.Rows / 2) + 1);
        RowArithmetic.Convert(Rows(x, xStride), new Rows<Bf16>((Bf16*)operand, part.Inputs), new RowSize(rowCount, part.Inputs));
        using var left = AotiTorch.FromMemory(operand, ScalarType.BFloat16, [rowCount, part.Inputs]);
        using var right = AotiTorch.FromMemory(matrix, ScalarType.BFloat16, [part.Rows, part.Inputs]);
        using var turned = right.t();
        using var target = AotiTorch.FromMemory(result, ScalarType.BFloat16, [rowCount, part.Rows]);
        AotiTorch.MatMul(target, left, turned);
        RowArithmetic.Convert(new Rows<Bf16>((Bf16*)result, part.Rows), Rows(y, yStride), new RowSize(rowCount, part.Rows));
    }

    private void WideLowRank(AdapterPart part, float* x, long xStride, int rowCount, float* y, long yStride)
    {
        float* operand = Contiguous(x, xStride, rowCount, part.A.Inputs);
        float* u = scratch.Floats(ScratchName.LowRank, (long)rowCount * part.Rank);
        MatMul(u, operand, (float*)part.A.Data, (rowCount, part.A.Inputs, part.Rank), transposed: true);
        float* delta = scratch.Floats(ScratchName.Delta, (long)rowCount * part.Outputs);
        MatMul(delta, u, (float*)part.B, (rowCount, part.Rank, part.Outputs), transposed: false);
        RowArithmetic.Add(Rows(y, yStride), Rows(delta, part.Outputs), new RowSize(rowCount, part.Outputs));
        float* factors = (float*)part.Factors;
        for (int row = 0; row < rowCount && factors != null; row++)
        {
            float* outputs = y + (row * yStride);
            for (int output = 0; output < part.Outputs; output++)
            {
                outputs[output] *= factors[output];
            }
        }
    }

    private float* Contiguous(float* x, long xStride, int rowCount, int width)
    {
        if (xStride == width)
        {
            return x;
        }

        float* copy = scratch.Floats(ScratchName.Operand, (long)rowCount * width);
        RowArithmetic.Convert(Rows(x, xStride), Rows(copy, width), new RowSize(rowCount, width));
        return copy;
    }

    /// <summary>result [M, N] = left [M, K] · right, which is [K, N], or [N, K] when transposed.</summary>
    private static void MatMul(float* result, float* left, float* right, (long M, long K, long N) size, bool transposed)
    {
        using var a = AotiTorch.FromMemory(left, ScalarType.Float32, [size.M, size.K]);
        using var b = AotiTorch.FromMemory(right, ScalarType.Float32, transposed ? [size.N, size.K] : [size.K, size.N]);
        using var turned = transposed ? b.t() : b.alias();
        using var target = AotiTorch.FromMemory(result, ScalarType.Float32, [size.M, size.N]);
        AotiTorch.MatMul(target, a, turned);
    }

    /// <summary>Operands of the product that the team works on.</summary>
    private struct Job
    {
        public DecodeLinear Linear;
        public float* X;
        public long XStride;
        public float* Arranged;
        public long ArrangedStride;
        public int Rows;
        public float* Y;
        public long YStride;
        public float* U;
        public int RankStride;
    }
}
