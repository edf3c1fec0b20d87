using System.Numerics;
using System.Runtime.ExceptionServices;

namespace Assay.Models.Engine.Decode;

/// <summary>The threads of decoding: short loops one after the other, far more often than libtorch's team can be woken.</summary>
/// <remarks>
/// The caller works too and takes whatever pieces no other thread has begun, so on a busy machine a thread that gets no processor holds nothing up.
/// A waiting member spins for some tens of microseconds and then sleeps, so it costs nothing while libtorch computes.
/// One loop at a time, started by one thread; loops do not nest.
/// </remarks>
internal sealed class DecodeTeam : IDisposable
{
    // About 50 µs: longer than the gap between two loops of one token, shorter than anything libtorch does.
    private const int SpinsBeforeSleep = 1_000;

    // Each turn hands out half of what is left, a piece for every thread: long pieces read memory best, short ones at the end leave nobody waiting.
    private const int MostTurns = 6;

    private readonly Member[] members;

    // Stable from the moment a piece of a round is claimed until it is counted as done: the caller waits for that before it writes them again.
    private Action<int, int> body = (_, _) => { };
    private int count;
    private int pieces;

    // Upper half: the round; lower half: the next piece nobody has claimed. One word, so that nobody claims a piece of a round that is over.
    private long ticket;
    private int done;
    private bool stopped;
    private ExceptionDispatchInfo? failure;

    /// <param name="threads">Threads including the caller's, 1 or more.</param>
    public DecodeTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        members = [.. Enumerable.Range(1, threads - 1).Select(index => new Member(this, index))];
    }

    /// <summary>Threads including the caller's.</summary>
    public int Threads { get; }

    private int Round => (int)(Volatile.Read(ref ticket) >> 32);

    /// <summary>Runs <paramref name="work"/> over [0, total) in contiguous ranges. Which thread gets which range must not change the result.</summary>
    /// <param name="total">Items.</param>
    /// <param name="grain">Fewest items worth a range, 1 or more.</param>
    /// <param name="work">Receives first and past-the-last item.</param>
    public void Run(int total, int grain, Action<int, int> work)
    {
        long shortest = (long)grain * Threads;
        if (total <= grain || members.Length == 0)
        {
            if (total > 0)
            {
                work(0, total);
            }

            return;
        }

        // A member may still look at the old round: close it before its size changes, or a piece of it could be claimed again.
        int round = Round;
        Interlocked.Exchange(ref ticket, ((long)round << 32) | int.MaxValue);
        int wanted = Threads * Math.Clamp(1 + BitOperations.Log2((uint)Math.Max(1, total / shortest)), 1, MostTurns);
        (body, count, pieces) = (work, total, wanted);
        Volatile.Write(ref done, 0);
        round++;
        Interlocked.Exchange(ref ticket, (long)round << 32);
        for (int index = 0; index < members.Length && index < wanted - 1; index++)
        {
            members[index].Wake();
        }

        Take(round);
        var wait = new SpinWait();
        while (Volatile.Read(ref done) < wanted)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }

        Interlocked.Exchange(ref failure, null)?.Throw();
    }

    public void Dispose()
    {
        Volatile.Write(ref stopped, true);
        foreach (var member in members)
        {
            member.Wake();
            member.Dispose();
        }
    }

    /// <summary>Works until no piece of the round is left.</summary>
    private void Take(int round)
    {
        while (true)
        {
            long seen = Volatile.Read(ref ticket);
            if ((int)(seen >> 32) != round || (int)seen >= Volatile.Read(ref pieces))
            {
                return;
            }

            if (Interlocked.CompareExchange(ref ticket, seen + 1, seen) == seen)
            {
                Piece((int)seen);
            }
        }
    }

    private void Piece(int index)
    {
        try
        {
            var (first, end) = Range(index);
            if (first < end)
            {
                body(first, end);
            }
        }
#pragma warning disable CA1031 // It continues on the thread that started the loop.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
        }

        Interlocked.Increment(ref done);
    }

    private (int First, int End) Range(int index)
    {
        var (turn, place) = int.DivRem(index, Threads);
        int start = count - (count >> turn);
        long size = turn + 1 == pieces / Threads ? count - start : (count >> turn) - (count >> (turn + 1));
        return (start + (int)(size * place / Threads), start + (int)(size * (place + 1) / Threads));
    }

    private sealed class Member : IDisposable
    {
        private readonly DecodeTeam team;
        private readonly SemaphoreSlim door = new(0);
        private readonly Thread thread;
        private int sleeping;

        public Member(DecodeTeam team, int index)
        {
            this.team = team;
            thread = new Thread(Work) { IsBackground = true, Name = $"decode {index}" };
            thread.Start();
        }

        /// <summary>Opens the door if the member went to sleep; who takes the flag down decides that, so no wake-up is lost or doubled.</summary>
        public void Wake()
        {
            if (Interlocked.Exchange(ref sleeping, 0) == 1)
            {
                door.Release();
            }
        }

        public void Dispose()
        {
            thread.Join();
            door.Dispose();
        }

        private void Work()
        {
            int seen = 0;
            while (true)
            {
                Await(seen);
                if (Volatile.Read(ref team.stopped))
                {
                    return;
                }

                seen = team.Round;
                team.Take(seen);
            }
        }

        private bool IsCalled(int seen) => team.Round != seen || Volatile.Read(ref team.stopped);

        private void Await(int seen)
        {
            for (int spin = 0; spin < SpinsBeforeSleep; spin++)
            {
                if (IsCalled(seen))
                {
                    return;
                }

                Thread.SpinWait(1);
            }

            Interlocked.Exchange(ref sleeping, 1);
            if (IsCalled(seen) && Interlocked.Exchange(ref sleeping, 0) == 1)
            {
                return;
            }

            door.Wait();
        }
    }
}
