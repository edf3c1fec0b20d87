using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Assay.Server.Review;

/// <summary>Who may look at what, and which file chance gives. Pure: a draw can be repeated from its seed.</summary>
internal static class AssignmentRules
{
    private const double Values = 9_007_199_254_740_992.0; // 2^53

    /// <summary>Whether a reviewer may get a file: it is not their own nor of an account linked with theirs, and they have neither voted on it nor handed it back.</summary>
    /// <param name="reviewer">The reviewer and what is known of them.</param>
    /// <param name="item">The file.</param>
    public static bool MayReview(ReviewerFacts reviewer, ReviewCandidate item) =>
        item.ContributorId != reviewer.AccountId && !reviewer.Linked.Contains(item.ContributorId) && !reviewer.Seen.Contains(item.ContributionId);

    /// <summary>Whether one more vote could still be needed: as many are out as decide if all agree, and one more for each pair that disagrees.</summary>
    public static bool HasPlace(ReviewCandidate item, int needed) =>
        item.Accepts + item.Rejects + item.Held < needed + Math.Min(item.Accepts, item.Rejects);

    /// <summary>The file that <paramref name="seed"/> gives; null when there is none for this reviewer.</summary>
    /// <param name="seed">Recorded with the assignment.</param>
    /// <param name="reviewer">Who asks.</param>
    /// <param name="open">Files that wait for votes.</param>
    /// <param name="gold">Files with known answers. They are mixed in; they are never all that is left, or votes could be farmed.</param>
    /// <param name="rules">Votes needed, and the share of known answers.</param>
    public static (ReviewCandidate Item, int Among)? Draw(long seed, ReviewerFacts reviewer, IEnumerable<ReviewCandidate> open, IEnumerable<ReviewCandidate> gold, ReviewOptions rules)
    {
        var candidates = open.Where(item => MayReview(reviewer, item) && HasPlace(item, rules.VotesNeeded)).OrderBy(item => item.ContributionId, StringComparer.Ordinal).ToList();
        if (candidates.Count == 0)
        {
            return null;
        }

        var known = gold.Where(item => MayReview(reviewer, item)).OrderBy(item => item.ContributionId, StringComparer.Ordinal).ToList();
        var pool = known.Count > 0 && Unit(seed, 0) < rules.GoldShare ? known : candidates;
        return (pool[(int)(Unit(seed, 1) * pool.Count)], pool.Count);
    }

    /// <summary>Whether an accepted file is looked at again.</summary>
    public static bool IsAudited(long seed, double share) => Unit(seed, 2) < share;

    /// <summary>Accepted or rejected when enough votes agree; null while they do not.</summary>
    public static bool? Decide(IEnumerable<bool> votes, int needed)
    {
        var count = votes.CountBy(accept => accept).ToDictionary();
        return count.GetValueOrDefault(true) >= needed ? true : count.GetValueOrDefault(false) >= needed ? false : null;
    }

    /// <summary>A fresh seed.</summary>
    public static long NewSeed() => BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));

    /// <summary>The number from 0 up to 1 that a seed gives for a purpose: the first 53 bits of SHA-256("assay/draw/v1\0", seed and purpose in big-endian).</summary>
    private static double Unit(long seed, int purpose)
    {
        Span<byte> input = stackalloc byte[14 + sizeof(long) + sizeof(int)];
        "assay/draw/v1\0"u8.CopyTo(input);
        BinaryPrimitives.WriteInt64BigEndian(input[14..], seed);
        BinaryPrimitives.WriteInt32BigEndian(input[22..], purpose);
        return (BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(input)) >> 11) / Values;
    }
}

/// <summary>A file that could be assigned, with the votes of its round and how many reviewers hold it now.</summary>
/// <param name="CaseId">Null for a file with a known answer.</param>
internal sealed record ReviewCandidate(string ContributionId, string ContributorId, long? CaseId, int Accepts = 0, int Rejects = 0, int Held = 0);

/// <param name="Linked">Accounts that share an address or said that they belong together.</param>
/// <param name="Seen">Contributions this reviewer voted on or handed back.</param>
internal sealed record ReviewerFacts(string AccountId, IReadOnlySet<string> Linked, IReadOnlySet<string> Seen);
