namespace Assay.Server.Shared;

/// <summary>One holder at a time per key; others wait. Keys without holder or waiter take no memory.</summary>
internal sealed class KeyedTurns
{
    private readonly Dictionary<string, Turn> _turns = [];

    /// <summary>Waits for the key; dispose the answer to give it to the next.</summary>
    public async Task<IDisposable> TakeAsync(string key, CancellationToken cancel)
    {
        Turn turn;
        lock (_turns)
        {
            if (!_turns.TryGetValue(key, out turn!))
            {
                _turns[key] = turn = new Turn();
            }

            turn.Users++;
        }

        try
        {
            await turn.Gate.WaitAsync(cancel);
        }
        catch
        {
            Leave(key, turn);
            throw;
        }

        return new Holder(() =>
        {
            turn.Gate.Release();
            Leave(key, turn);
        });
    }

    /// <summary>Takes the key if nobody holds it; null when somebody does.</summary>
    public IDisposable? TryTake(string key)
    {
        lock (_turns)
        {
            if (_turns.ContainsKey(key))
            {
                return null;
            }

            var turn = new Turn { Users = 1 };
            turn.Gate.Wait();
            _turns[key] = turn;
            return new Holder(() =>
            {
                turn.Gate.Release();
                Leave(key, turn);
            });
        }
    }

    private void Leave(string key, Turn turn)
    {
        lock (_turns)
        {
            if (--turn.Users == 0)
            {
                _turns.Remove(key);
            }
        }
    }

    private sealed class Turn
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public int Users { get; set; }
    }

    private sealed class Holder(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
