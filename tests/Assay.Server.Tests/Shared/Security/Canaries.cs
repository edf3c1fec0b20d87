namespace Assay.Server.Tests.Shared.Security;

/// <summary>Strings that occur nowhere else, by the place where they were planted.</summary>
public sealed class Canaries
{
    private readonly Dictionary<string, string> _planted = [];

    public IReadOnlyDictionary<string, string> All => _planted;

    /// <summary>The string of a place; made at its first use.</summary>
    public string Of(string place)
    {
        if (!_planted.TryGetValue(place, out var canary))
        {
            _planted.Add(place, canary = $"kestrel{Guid.NewGuid():n}"[..24]);
        }

        return canary;
    }

    public void Add(string place, string canary) => _planted.Add(place, canary);

    /// <summary>The places whose strings stand in a text, whatever the case of its letters.</summary>
    public IEnumerable<string> In(string text) => _planted.Where(pair => text.Contains(pair.Value, StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Key);
}
