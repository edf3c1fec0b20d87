namespace Assay.Models.Engine.Decode;

/// <summary>The cached positions of one request. Belongs to one thread at a time.</summary>
public sealed class KvSequence : IDisposable
{
    private readonly KvPool pool;
    private bool returned;

    internal KvSequence(KvPool pool, nint[] pages) => (this.pool, Pages) = (pool, pages);

    /// <summary>Positions cached so far.</summary>
    public int Length { get; internal set; }

    /// <summary>Most positions.</summary>
    public int Capacity => Pages.Length * KvPool.PagePositions;

    internal nint[] Pages { get; }

    internal KvPool Pool => pool;

    /// <summary>Forgets all positions but the first <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length);
        Length = length;
    }

    /// <summary>Gives the pages back.</summary>
    public void Dispose()
    {
        if (!returned)
        {
            returned = true;
            pool.Return(Pages);
        }
    }
}
