using System.Buffers;

namespace Assay.Models.Engine.Kernels;

/// <summary>Σ x² in double; the order depends on the count only, never on threads or instruction set.</summary>
internal static unsafe class SumOfSquares
{
    private const int Piece = 4096;

    /// <param name="x">[count].</param>
    /// <param name="count">Elements.</param>
    public static double Of<T>(T* x, long count)
        where T : unmanaged, IElement<T>
    {
        int pieces = (int)((count + Piece - 1) / Piece);
        double[] partial = ArrayPool<double>.Shared.Rent(Math.Max(pieces, 1));
        double total = 0;
        fixed (double* sums = partial)
        {
            RowLoop.Run(new Kernel<T>(x, count, sums), pieces, Piece);
            for (int piece = 0; piece < pieces; piece++)
            {
                total += sums[piece];
            }
        }

        ArrayPool<double>.Shared.Return(partial);
        return total;
    }

    private readonly struct Kernel<T>(T* x, long count, double* sums) : IRowKernel
        where T : unmanaged, IElement<T>
    {
        public void Run<TLanes>(int first, int end)
            where TLanes : unmanaged, ILanes<TLanes>
        {
            for (int piece = first; piece < end; piece++)
            {
                T* values = x + ((long)piece * Piece);
                int width = (int)Math.Min(Piece, count - ((long)piece * Piece));
                double sum = 0;
                for (int at = 0; at < width; at += Lanes.Count)
                {
                    sum += TLanes.SumOfSquares(T.Load<TLanes>(values + at, Math.Min(Lanes.Count, width - at)));
                }

                sums[piece] = sum;
            }
        }
    }
}
