namespace Assay.Worker.Leases;

/// <summary>Ends this worker when the server that started it is gone: the pipe to its standard input closes then, however the server ended.</summary>
internal static class ParentWatch
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    public static void Start(CancellationTokenSource stop) => new Thread(() =>
    {
        var input = Console.OpenStandardInput();
        Span<byte> buffer = stackalloc byte[64];
        try
        {
            while (input.Read(buffer) > 0)
            {
                // The server says nothing; the pipe only shows that it lives.
            }
        }
        catch (IOException)
        {
            // A broken pipe means the same as a closed one.
        }

        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            return; // the worker ended by itself
        }

        Thread.Sleep(Grace); // a step of training or a parser that does not look at its token
        Environment.Exit(0);
    })
    { IsBackground = true, Name = "parent watch" }.Start();
}
