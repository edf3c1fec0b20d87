using Assay.Models.Engine.Plans;

namespace Assay.Models.Engine;

/// <summary>Several sequences end to end without padding; N tokens. Attention stays inside a sequence.</summary>
/// <param name="Ids">Token ids, [N].</param>
/// <param name="Positions">Position of each token inside its sequence, [N]; a sequence usually counts from 0.</param>
/// <param name="Segments">Length of each sequence in tokens, all at least 1, with sum N.</param>
/// <param name="Targets">The token each position is to predict, that is the next one of the same sequence, or −100 where nothing is trained, [N].</param>
public sealed record PackedTokens(int[] Ids, int[] Positions, int[] Segments, int[] Targets)
{
    /// <summary>Marks a position that predicts nothing.</summary>
    public const int NotTrained = -100;

    private const int MostPositions = 1 << 22;

    /// <summary>N.</summary>
    public int Count => Ids.Length;

    /// <summary>Positions that predict something.</summary>
    public int Supervised => Targets.Count(target => target != NotTrained);

    /// <summary>Sequences laid end to end.</summary>
    /// <param name="sequences">For each its ids, and the target of every position.</param>
    public static PackedTokens Of(IReadOnlyList<(int[] Ids, int[] Targets)> sequences) => new(
        [.. sequences.SelectMany(sequence => sequence.Ids)],
        [.. sequences.SelectMany(sequence => Enumerable.Range(0, sequence.Ids.Length))],
        [.. sequences.Select(sequence => sequence.Ids.Length)],
        [.. sequences.SelectMany(sequence => sequence.Targets)]);

    /// <summary>Refuses tokens that the model cannot take.</summary>
    /// <param name="plan">The model.</param>
    /// <exception cref="ArgumentException">Lengths disagree, a sequence is empty, or an id, position or target is out of range.</exception>
    public void Check(DecoderPlan plan)
    {
        if (Positions.Length != Count || Targets.Length != Count || Count == 0 || Segments.Any(length => length < 1) || Segments.Sum(length => (long)length) != Count)
        {
            throw new ArgumentException($"{Count} ids need as many positions ({Positions.Length}) and targets ({Targets.Length}), and segments that add up to them ({Segments.Sum(length => (long)length)}).");
        }

        // Learned positions end with their table; others may pass the trained context, within reason.
        int positions = plan.Embedding.Positions is null ? MostPositions : plan.MaxPositions;
        for (int index = 0; index < Count; index++)
        {
            if ((uint)Ids[index] >= (uint)plan.Vocab || (uint)Positions[index] >= (uint)positions || (Targets[index] != NotTrained && (uint)Targets[index] >= (uint)plan.Vocab))
            {
                throw new ArgumentException($"Token {index} has id {Ids[index]}, position {Positions[index]} and target {Targets[index]}; ids and targets are from 0 to {plan.Vocab - 1}, positions from 0 to {positions - 1}.");
            }
        }
    }
}
