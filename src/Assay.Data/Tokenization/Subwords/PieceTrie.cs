using System.Text;

namespace Assay.Data.Tokenization.Subwords;

/// <summary>Finds every entry of a vocabulary that begins at a place, by bytes.</summary>
internal sealed class PieceTrie
{
    private readonly PairTable edges;
    private readonly List<int> ids = [-1];

    public PieceTrie(IReadOnlyCollection<KeyValuePair<string, int>> pieces)
    {
        edges = new(2 * pieces.Count);
        foreach (var (piece, id) in pieces)
        {
            var node = 0;
            foreach (var value in Encoding.UTF8.GetBytes(piece))
            {
                if (!edges.TryGet(node, value, out var next, out _))
                {
                    next = ids.Count;
                    ids.Add(-1);
                    edges.Set(node, value, next, 0);
                }

                node = next;
            }

            ids[node] = id;
        }
    }

    /// <summary>Walks one byte on from a node; the root is 0.</summary>
    /// <param name="node">Where to go on; set to the next node.</param>
    /// <param name="value">The byte.</param>
    /// <param name="id">The entry that ends at the new node, or −1.</param>
    /// <returns>False when no entry goes on so.</returns>
    public bool Step(ref int node, byte value, out int id)
    {
        var found = edges.TryGet(node, value, out var next, out _);
        node = next;
        id = found ? ids[next] : -1;
        return found;
    }
}
