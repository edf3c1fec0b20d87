namespace Assay.Models.Engine.Plans;

/// <summary>Turns interleaved rotary rows 0, 1, 2, 3 … into 0, 2, 4, … 1, 3, 5, … inside each head; half-split rotation then gives the same scores.</summary>
/// <param name="Heads">Heads whose rows move; rows after them stay.</param>
/// <param name="HeadDim">Rows of a head.</param>
/// <param name="Offset">First rotary row inside a head.</param>
/// <param name="Rotary">Rotary rows of a head, even.</param>
/// <param name="First">Row at which the first head begins.</param>
public sealed record EvenOddRows(int Heads, int HeadDim, int Offset, int Rotary, int First = 0) : RowOrder
{
    /// <inheritdoc/>
    public override int[] HubRows(int rows)
    {
        int[] order = Identity.HubRows(rows);
        for (int head = 0; head < Heads; head++)
        {
            int start = First + (head * HeadDim) + Offset;
            for (int pair = 0; pair < Rotary / 2; pair++)
            {
                order[start + pair] = start + (2 * pair);
                order[start + (Rotary / 2) + pair] = start + (2 * pair) + 1;
            }
        }

        return order;
    }
}
