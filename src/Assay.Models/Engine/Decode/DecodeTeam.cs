using System.Runtime.ExceptionServices;

namespace Assay.Models.Engine.Decode;

/// <summary>The threads of decoding: short loops one after the other, far more often than libtorch's team can be woken.</summary>
/// <remarks>
/// A waiting member spins for some tens of microseconds and then sleeps, so it costs nothing while libtorch computes.
/// Each member gets one contiguous range. One loop at a time, started by one thread; loops do not nest.
/// </remarks>
internal sealed class DecodeTeam : IDisposable
{
    // About 50 µs: longer than the gap between two loops of one token, shorter than anything libtorch does.
    private const int SpinsBeforeSleep = 1_000;

    private readonly Member[] members;
    private Action<int, int> body = (_, _) => { };
    private int count;
    private int parts;
    private int round;
    private int unfinished;
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

    /// <summary>Runs <paramref name="work"/> over [0, total) in one contiguous range a thread. Which thread gets which range must not change the result.</summary>
    /// <param name="total">Items.</param>
    /// <param name="grain">Fewest items worth a thread, 1 or more.</param>
    /// <param name="work">Receives first and past-the-last item.</param>
    public void Run(int total, int grain, Action<int, int> work)
    {
        int wanted = Math.Min(Threads, (int)(((long)total + grain - 1) / grain));
        if (wanted <= 1)
        {
            if (total > 0)
            {
                work(0, total);
            }

            return;
        }

        (body, count, parts) = (work, total, wanted);
        Volatile.Write(ref unfinished, members.Length);
        Interlocked.Increment(ref round);
        foreach (var member in members)
        {
            member.Wake();
        }

        Part(0);
        var wait = new SpinWait();
        while (Volatile.Read(ref unfinished) != 0)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }

        Interlocked.Exchange(ref failure, null)?.Throw();
    }

    public void Dispose()
    {
        Volatile.Write(ref stopped, true);
        Interlocked.Increment(ref round);
        foreach (var member in members)
        {
            member.Wake();
            member.Dispose();
        }
    }

    private void Part(int index)
    {
        if (index >= parts)
        {
            return;
        }

        int first = (int)((long)count * index / parts);
        int end = (int)((long)count * (index + 1) / parts);
        try
        {
            body(first, end);
        }
#pragma warning disable CA1031 // It continues on the thread that started the loop.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
        }
    }

    private sealed class Member : IDisposable
    {
        private readonly DecodeTeam team;
        private readonly int index;
        private readonly SemaphoreSlim door = new(0);
        private readonly Thread thread;
        private int sleeping;

        public Member(DecodeTeam team, int index)
        {
            (this.team, this.index) = (team, index);
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
                seen = Volatile.Read(ref team.round);
                if (Volatile.Read(ref team.stopped))
                {
                    return;
                }

                team.Part(index);
                Interlocked.Decrement(ref team.unfinished);
            }
        }

        private void Await(int seen)
        {
            for (int spin = 0; spin < SpinsBeforeSleep; spin++)
            {
                if (Volatile.Read(ref team.round) != seen)
                {
                    return;
                }

                Thread.SpinWait(1);
            }

            Interlocked.Exchange(ref sleeping, 1);
            if (Volatile.Read(ref team.round) != seen && Interlocked.Exchange(ref sleeping, 0) == 1)
            {
                return;
            }

            door.Wait();
        }
    }
}
