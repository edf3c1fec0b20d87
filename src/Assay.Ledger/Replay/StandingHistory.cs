namespace Assay.Ledger.Replay;

/// <summary>
/// The decisions on one account's files on one board, and the standing that follows: the best Wilson bound over any stretch of
/// at least 30 consecutive decisions (over all of them while there are fewer), once reached never lost.
/// </summary>
/// <remarks>A pure function of the calls in their order: no clock, no chance. One call costs time linear in the decisions,
/// an overturned verdict or a void at worst quadratic. Not thread safe.</remarks>
public sealed class StandingHistory(string account)
{
    /// <summary>Shortest stretch that counts, once there are as many decisions.</summary>
    public const int ShortestStretch = 30;

    private const long MillisecondsPerDay = 24 * 60 * 60 * 1000;

    private readonly List<(long Contribution, bool Accepted, int Score, long Index)> _events = [];
    private readonly HashSet<long> _voided = [];
    private readonly Dictionary<long, int> _positions = [];
    private readonly List<bool> _accepted = [];
    private readonly List<int> _scores = [];
    private readonly List<int> _acceptedBefore = [0]; // running count, one more than decisions
    private readonly HashSet<long> _days = [];
    private long _value, _scoreSum, _reachedAt;
    private int _scoreCount;

    /// <summary>Where the account stands now.</summary>
    public Standing Current => new(
        account, _value, _scoreSum, _scoreCount, _reachedAt, WilsonBound.Of(_acceptedBefore[^1], _accepted.Count), _acceptedBefore[^1], _accepted.Count)
    {
        RecentAccepted = _acceptedBefore[^1] - _acceptedBefore[Math.Max(0, _accepted.Count - Standing.RecentDecisions)],
        ActiveDays = _days.Count,
    };

    /// <summary>Takes in a verdict that accepts or rejects. A later one on the same contribution replaces the earlier at its first position.</summary>
    /// <param name="contribution">Ledger index of the contribution.</param>
    /// <param name="accepted">The result.</param>
    /// <param name="score">0 to 1,000.</param>
    /// <param name="index">Ledger index of the verdict; calls come in its order.</param>
    /// <param name="timestamp">Ledger time of the verdict, in milliseconds since 1970-01-01 UTC; only its day is used, and only for display.</param>
    public void Decide(long contribution, bool accepted, int score, long index, long timestamp = 0)
    {
        _events.Add((contribution, accepted, score, index));
        _days.Add(timestamp / MillisecondsPerDay);
        Apply(contribution, accepted, score, index);
    }

    /// <summary>Turns a contribution into a rejection from its first position on, and recomputes everything, also what was reached with it.</summary>
    public void Void(long contribution)
    {
        if (!_voided.Add(contribution) || !_positions.ContainsKey(contribution))
        {
            return;
        }

        _positions.Clear();
        _accepted.Clear();
        _scores.Clear();
        _acceptedBefore.RemoveRange(1, _acceptedBefore.Count - 1);
        (_value, _scoreSum, _scoreCount, _reachedAt) = (0, 0, 0, 0);
        foreach (var (decided, accepted, score, index) in _events)
        {
            Apply(decided, accepted, score, index);
        }
    }

    private void Apply(long contribution, bool verdict, int score, long index)
    {
        var accepted = verdict && !_voided.Contains(contribution);
        long reached;
        if (_positions.TryGetValue(contribution, out var position))
        {
            _scores[position] = score;
            if (_accepted[position] == accepted)
            {
                return;
            }

            _accepted[position] = accepted;
            for (var i = position; i < _accepted.Count; i++)
            {
                _acceptedBefore[i + 1] += accepted ? 1 : -1;
            }

            reached = BestWith(position);
        }
        else
        {
            _positions.Add(contribution, _accepted.Count);
            _accepted.Add(accepted);
            _scores.Add(score);
            _acceptedBefore.Add(_acceptedBefore[^1] + (accepted ? 1 : 0));
            reached = BestEndingAt(_accepted.Count, _accepted.Count);
        }

        if (reached > _value)
        {
            _value = reached;
            _reachedAt = index;
            _scoreCount = _acceptedBefore[^1];
            _scoreSum = _accepted.Index().Sum(decision => decision.Item ? _scores[decision.Index] : 0L);
        }
    }

    /// <summary>The best stretch that holds the decision at <paramref name="position"/>.</summary>
    private long BestWith(int position)
    {
        long best = 0;
        for (var end = Math.Max(position + 1, Math.Min(ShortestStretch, _accepted.Count)); end <= _accepted.Count; end++)
        {
            best = Math.Max(best, BestEndingAt(end, position + 1));
        }

        return best;
    }

    /// <summary>The best stretch that ends before <paramref name="end"/> and starts before <paramref name="startLimit"/>.</summary>
    private long BestEndingAt(int end, int startLimit)
    {
        if (_accepted.Count < ShortestStretch)
        {
            return WilsonBound.Of(_acceptedBefore[^1], _accepted.Count);
        }

        var latest = Math.Min(end - ShortestStretch, startLimit - 1);
        long best = 0;
        for (var start = 0; start <= latest; start++)
        {
            // A longer stretch is best when it begins with a run of acceptances: dropping a rejection in front, or taking in
            // one more acceptance, raises the bound.
            if (start == latest || (_accepted[start] && (start == 0 || !_accepted[start - 1])))
            {
                best = Math.Max(best, WilsonBound.Of(_acceptedBefore[end] - _acceptedBefore[start], end - start));
            }
        }

        return best;
    }
}
