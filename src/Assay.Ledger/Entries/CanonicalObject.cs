namespace Assay.Ledger.Entries;

/// <summary>A JSON object being built; its members come out in canonical order whatever the order they were added in.</summary>
/// <remarks>Adding null adds nothing: an absent value is an absent member. Not thread safe.</remarks>
public sealed class CanonicalObject
{
    private readonly SortedDictionary<string, byte[]> _members = new(StringComparer.Ordinal);

    /// <summary>Adds text, which must be well-formed and in NFC.</summary>
    /// <exception cref="ArgumentException">The name is taken or not ASCII, or the text is not NFC.</exception>
    public CanonicalObject Add(string name, string? value) => value is null ? this : AddRaw(name, CanonicalJson.String(value));

    /// <summary>Adds an integer of at most 2⁵³ − 1 in magnitude.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The integer is larger.</exception>
    public CanonicalObject Add(string name, long? value) => value is { } integer ? AddRaw(name, CanonicalJson.Integer(integer)) : this;

    /// <summary>Adds a list of texts, in the given order.</summary>
    public CanonicalObject Add(string name, IEnumerable<string> values) => AddRaw(name, CanonicalJson.Array(values.Select(CanonicalJson.String)));

    /// <summary>Adds a list of integers, in the given order.</summary>
    public CanonicalObject Add(string name, IEnumerable<long> values) => AddRaw(name, CanonicalJson.Array(values.Select(CanonicalJson.Integer)));

    /// <summary>The canonical bytes.</summary>
    public byte[] ToBytes() =>
    [
        (byte)'{',
        .. CanonicalJson.Joined(_members.Select(member => (byte[])[.. CanonicalJson.String(member.Key), (byte)':', .. member.Value])),
        (byte)'}',
    ];

    internal CanonicalObject AddRaw(string name, byte[] value)
    {
        if (name.Length == 0 || name.Any(c => c is < ' ' or > '~'))
        {
            throw new ArgumentException($"A member name is printable ASCII, not '{name}'.", nameof(name));
        }

        _members.Add(name, value);
        return this;
    }
}
