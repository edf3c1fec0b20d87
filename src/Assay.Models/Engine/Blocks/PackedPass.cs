using static TorchSharp.torch;

namespace Assay.Models.Engine.Blocks;

/// <summary>What all parts of one forward (and backward) call share.</summary>
/// <param name="arena">Buffers.</param>
/// <param name="operand">Type of activations and weights in products.</param>
/// <param name="tokens">The call's tokens.</param>
/// <param name="rope">Angles up to the longest position, or null.</param>
internal sealed class PackedPass(BufferArena arena, ScalarType operand, PackedTokens tokens, PositionAngles? rope)
{
    // Where nothing is kept, all blocks share the buffers that the first one has when training.
    private const int FirstBlock = 0;

    private readonly int[] starts = Sums(tokens.Segments);

    /// <summary>Type of activations and weights in products: fp32 or bf16.</summary>
    public ScalarType Operand { get; } = operand;

    /// <summary>The call's tokens.</summary>
    public PackedTokens Tokens { get; } = tokens;

    /// <summary>Rows of every buffer: N, or the rows that one expert sees.</summary>
    public int Count { get; private init; } = tokens.Count;

    /// <summary>Angles, or null when the model has no rotary positions.</summary>
    public PositionAngles? Rope { get; } = rope;

    /// <summary>Whether a backward call follows, so that each block keeps what it needs.</summary>
    public bool Keep { get; init; }

    /// <summary>Whether the backward call computes again what takes little time and much memory to keep.</summary>
    public bool SavesMemory { get; init; }

    /// <summary>Training step that keys the dropout masks; null for none.</summary>
    public long? DropoutStep { get; init; }

    /// <summary>[N × D] added to the embeddings, or null.</summary>
    public float[]? EmbeddingNoise { get; init; }

    /// <summary>Receives block, keys and values of all tokens as a cache stores them; [N, width] views that are valid during the call only.</summary>
    public Action<int, Tensor, Tensor>? Cache { get; init; }

    /// <summary>The same call for some of its tokens only.</summary>
    public PackedPass WithRows(int count) => new(arena, Operand, Tokens, Rope) { Count = count, Keep = Keep, SavesMemory = SavesMemory, DropoutStep = DropoutStep };

    /// <summary>Operands that the backward call needs: one buffer per block while training, else one for all.</summary>
    public Tensor Kept(string role, int block, long columns) => arena.Get(role, Keep ? block : FirstBlock, Operand, Count, columns);

    /// <summary>fp32 values that the backward call needs.</summary>
    public Tensor KeptFloats(string role, int block, long rows, long columns) => arena.Get(role, Keep ? block : FirstBlock, ScalarType.Float32, rows, columns);

    /// <summary>Operands for the moment.</summary>
    public Tensor Work(string role, long columns) => Work(role, Count, columns);

    /// <summary>Operands for the moment, of another length.</summary>
    public Tensor Work(string role, long rows, long columns) => arena.Get(role, BufferArena.Shared, Operand, rows, columns);

    /// <summary>fp32 values for the moment.</summary>
    public Tensor WorkFloats(string role, long rows, long columns) => arena.Get(role, BufferArena.Shared, ScalarType.Float32, rows, columns);

    /// <summary>First token and length of each sequence.</summary>
    public IEnumerable<(int First, int Length)> Segments() => starts.Zip(Tokens.Segments);

    /// <summary>First token of each sequence and, last, N.</summary>
    public ReadOnlySpan<int> Starts() => starts;

    private static int[] Sums(int[] lengths)
    {
        int[] sums = new int[lengths.Length + 1];
        for (int index = 0; index < lengths.Length; index++)
        {
            sums[index + 1] = sums[index] + lengths[index];
        }

        return sums;
    }
}
