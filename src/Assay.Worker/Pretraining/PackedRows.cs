using Assay.Models;

namespace Assay.Worker.Pretraining;

/// <summary>Documents strung together into rows of equal width; every row begins with a document, what no longer fits is cut off.</summary>
/// <remarks>Every pass over the documents has its own order, so other tails are cut. Rows are addressed by number: a resumed run needs no other state.</remarks>
internal sealed class PackedRows(IReadOnlyList<int[]> documents, int width, ulong seed, string purpose)
{
    private readonly List<long> firstRows = [0];
    private int pass = -1;
    private int[] order = [];
    private List<int> starts = [];

    /// <summary>Row <paramref name="index"/>, <c>width</c> token ids.</summary>
    public int[] Row(long index)
    {
        int wanted = firstRows.FindLastIndex(first => first <= index);
        while (true)
        {
            Load(wanted);
            if (firstRows.Count == wanted + 1)
            {
                firstRows.Add(firstRows[wanted] + starts.Count);
            }

            if (index < firstRows[wanted + 1])
            {
                break;
            }

            wanted++;
        }

        int[] row = new int[width];
        int filled = 0;
        for (int next = starts[(int)(index - firstRows[wanted])]; filled < width; next++)
        {
            int[] document = documents[order[next % order.Length]];
            int taken = Math.Min(document.Length, width - filled);
            document.AsSpan(0, taken).CopyTo(row.AsSpan(filled));
            filled += taken;
        }

        return row;
    }

    /// <summary>Computes the order and the row starts of one pass.</summary>
    private void Load(int wanted)
    {
        if (pass == wanted)
        {
            return;
        }

        pass = wanted;
        order = new CounterRandom(seed, $"{purpose} pass {wanted}").Permutation(documents.Count);
        starts = [];
        int filled = width;
        for (int next = 0; next < order.Length; next++)
        {
            if (filled >= width)
            {
                starts.Add(next);
                filled = 0;
            }

            filled += documents[order[next]].Length;
        }
    }
}
