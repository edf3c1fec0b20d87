using Assay.Bench;
using BenchmarkDotNet.Running;

if (args is ["duplicates", ..])
{
    DuplicateTable.Run(Console.Out, args.ElementAtOrDefault(1));
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
